import { map, switchMap } from 'rxjs';
import type { Observable, ObservableInput } from 'rxjs';
import { exchange, newCode } from '../exchange';
import { defined, fieldsOf } from '../fields';
import { configInvalid } from '../need';
import type { Flight, Opening, Room } from '../room';
import { sessionError } from '../session-error';
import { change } from '../state';
import * as transitions from '../transitions';
import type { AuthorizeRequest, CredentialReply } from '../types';
import { asking } from './asking';
import { underCode } from './under-code';
import type { Answer } from './under-code';

const MOST_STEPS = 5;

/** Asks the user, hands the answer to the backend, and goes on while the backend asks for more. */
export function interactiveStage(
  room: Room,
  flight: Flight,
  { authorize, tips, flight: asker }: Opening,
): Observable<CredentialReply> {
  const { source, backend, methods } = room;
  const askFor = asking(room, flight, tips);

  const step = ({ method: name, ticket }: AuthorizeRequest, number: number): Observable<CredentialReply> => {
    const method = methods[name];
    if (number > MOST_STEPS)
      throw sessionError('backend-invalid', `it asked for more than ${MOST_STEPS} things`);
    // By its read: what every object inherits is no method.
    if (!fieldsOf(method).read) {
      // Whose question it was, the backend's or the caller's, says whose fault it is.
      const reason = `"${name}" is not in methods`;
      throw asker || number > 1 ? sessionError('backend-invalid', reason) : configInvalid('method', reason);
    }
    const codeFirst = !ticket && method.code === 'before-prompt';
    const codeLast = !ticket && method.code === 'after-answer';
    const asked$ = askFor(name, method);
    const answer$: Observable<Answer> = codeFirst
      ? underCode(room, flight, asked$)
      : asked$.pipe(map((authorization) => ({ authorization })));
    return answer$.pipe(
      switchMap(({ authorization, code }) =>
        exchange(
          room,
          flight,
          'login',
          codeLast ? newCode(room, flight) : [code],
          (last) => backend.login(defined({ source, method: name, authorization, ticket, code: last })),
          !codeFirst,
          codeLast ? 1 : 0,
        ),
      ),
      switchMap((reply): ObservableInput<CredentialReply> => {
        if ('credential' in reply) return [reply];
        change(room, transitions.guestTold(room.known, reply.guest));
        // Who gave a ticket holds the session_key: it stands for the rest of the flight, or until a newer one.
        return step({ ...reply.authorize, ticket: reply.authorize.ticket || ticket }, number + 1);
      }),
    );
  };

  return step(authorize, 1);
}
