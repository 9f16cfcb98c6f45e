import { BASE_URL, EXCHANGE } from '../wx';
import type { Result, Wx } from '../wx';

/** wx.login and the exchange, for libraries that leave the refresh to the app. */
export async function logIn(wx: Wx): Promise<string> {
  const { code } = await new Promise<{ code: string }>((success, fail) => wx.login({ success, fail }));
  const { data } = await new Promise<Result>((success, fail) =>
    wx.request({ url: BASE_URL + EXCHANGE, header: { code }, success, fail }),
  );
  return String(data.credential?.token);
}
