import { byId } from '../shared/dom';
import type { StateReport } from '../shared/messages';

/** The present state, in one line. */
export function showState(state: StateReport | undefined, credentials: readonly string[], now: number): void {
  const chip = byId('state');
  const { status = 'anonymous', stage, credential, expiresAt, error } = state ?? {};
  const number = credential === undefined ? undefined : credentials.indexOf(credential) + 1;
  chip.className = status;
  byId('handle').textContent = `Timeline · ${status}`;
  chip.style.setProperty(
    '--colour',
    number === undefined ? 'var(--guest)' : `var(--c${((number - 1) % 6) + 1})`,
  );
  chip.textContent = [status, stage].filter(Boolean).join(' · ');
  const details = [
    number === undefined ? undefined : `credential ${number}`,
    status === 'authenticated' && expiresAt !== undefined
      ? `expires in ${countdown(expiresAt - now)}`
      : undefined,
    error,
  ];
  byId('details').textContent = details.filter(Boolean).join(' · ');
}

function countdown(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
