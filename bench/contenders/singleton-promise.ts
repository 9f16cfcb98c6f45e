import { expectOk } from '../contender';
import type { Contender } from '../contender';
import { BASE_URL, EXCHANGE } from '../wx';
import type { Result } from '../wx';

/** What a careful app writes by hand: one shared promise of the token, dropped when it failed or was refused. */
export const singletonPromise: Contender = {
  name: 'singleton promise',
  create: (wx) => {
    let token$: Promise<string> | undefined;

    const send = (path: string, header: Record<string, string>) =>
      new Promise<Result>((success, fail) => wx.request({ url: BASE_URL + path, header, success, fail }));

    const logIn = async () => {
      const { code } = await new Promise<{ code: string }>((success, fail) => wx.login({ success, fail }));
      const { data } = await send(EXCHANGE, { code });
      return String(data.credential?.token);
    };

    const drop = (mine: Promise<string>) => {
      if (token$ === mine) token$ = undefined;
    };

    const token = () => {
      if (token$) return token$;
      const mine = logIn();
      mine.catch(() => drop(mine));
      return (token$ = mine);
    };

    const request = async (path: string, retry: boolean): Promise<Result> => {
      const mine = token();
      const result = await send(path, { Authorization: `Bearer ${await mine}` });
      if (result.statusCode !== 401 || !retry) return result;
      drop(mine);
      return request(path, false);
    };

    return {
      request: async (path) => expectOk(await request(path, true)),
      forced: async (path) => {
        token$ = undefined;
        expectOk(await request(path, true));
      },
    };
  },
};
