/** In every token, code, ticket and key of the table, so that it is found wherever it comes out. */
export const SECRET = 's3cr3t';

/** A fail result, or a reply, with everything in it that must not come out. */
export const withSecrets = <T extends object>(result: T) => ({
  ...result,
  session_key: `${SECRET}-session-key`,
  code: `${SECRET}-code`,
  token: `${SECRET}-token`,
  ticket: `${SECRET}-ticket`,
});
