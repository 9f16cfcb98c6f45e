import { defer, finalize, ReplaySubject } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * A source, and its wire: a capital letter where it is subscribed to, the small one where that is left.
 *
 * @param letter - of the next subscription
 */
export function wired<T>(source: Observable<T>, letter: () => string = () => 'S') {
  const wire = new ReplaySubject<string>(99);
  const onWire = defer(() => {
    const name = letter();
    wire.next(name);
    return source.pipe(finalize(() => wire.next(name.toLowerCase())));
  });
  return { wire, onWire };
}
