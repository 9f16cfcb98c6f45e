/** Calls tokens "credential 1", "credential 2", … in the order in which they turn up. */
export function credentialNames(): (token: string) => string {
  const known: string[] = [];
  return (token) => {
    if (!known.includes(token)) known.push(token);
    return `credential ${known.indexOf(token) + 1}`;
  };
}
