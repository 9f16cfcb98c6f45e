/** What an error says, also one of the app service's: its `Error` is of another realm. */
export const messageOf = (error: unknown): string => {
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' && message ? message : 'unknown error';
};
