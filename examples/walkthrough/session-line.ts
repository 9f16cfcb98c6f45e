import type { SessionState } from 'rx-weapp-session';

const GLYPHS = { anonymous: '○', silent: '◔', interactive: '◑', authenticated: '●', expired: '◌' } as const;

export const LEGEND = Object.entries(GLYPHS)
  .map(([name, glyph]) => `${glyph} ${name}`)
  .join('   ');

type NameOf = (token: string) => string;

/** Draws session$ as a line that grows with each state. */
export function sessionLine(nameOf: NameOf): (state: SessionState) => string {
  let line = '';
  let knownGuest: unknown;
  return (state) => {
    const glyph = GLYPHS[state.status === 'authenticating' ? state.stage : state.status];
    line = line === '' ? glyph : `${line}──${glyph}`;
    const guest = state.guest !== undefined && state.guest !== knownGuest && JSON.stringify(state.guest);
    knownGuest = state.guest;
    return `${line}  ${describe(state, nameOf)}${guest ? `, guest ${guest}` : ''}`;
  };
}

function describe(state: SessionState, nameOf: NameOf): string {
  switch (state.status) {
    case 'anonymous':
      return state.error ? `anonymous after ${state.error.code}` : 'anonymous';
    case 'authenticating':
      return state.stage === 'silent' ? 'silent login' : 'asks the user';
    case 'authenticated':
      return `${nameOf(state.credential.token)} (${state.origin})`;
    case 'expired':
      return `${nameOf(state.previous.token)} has expired`;
  }
}
