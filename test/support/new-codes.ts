/** A `wx.login` that gives another code each time. */
export function newCodes(): (callbacks: { success(result: object): void }) => void {
  let codes = 0;
  return ({ success }) => success({ code: `c${++codes}` });
}
