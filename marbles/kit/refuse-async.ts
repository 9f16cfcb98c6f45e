/** Refuses a promise: what comes after its `await` would happen when all was compared. */
export function refuseAsync(returned: unknown, who: string): void {
  if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  // What it fails with later has this cause.
  (returned as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new Error(
    `${who} must not be async: virtual time has ended before it goes on (in braces, its promise is not returned)`,
  );
}
