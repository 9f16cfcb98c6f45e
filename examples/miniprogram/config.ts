// One code base for several mini-programs: the appid says which one this is, and the backend goes by its `source`.
const sources: Readonly<Record<string, string>> = {
  wx00000000000050a1: 'shop',
  wx00000000000050a2: 'club',
  wx00000000000050a3: 'forum',
  wx00000000000050a4: 'news',
};

export const source = sources[wx.getAccountInfoSync().miniProgram.appId] ?? 'shop';

/** Where the example backend listens; whoever builds the package may say otherwise in ext.json. */
export const baseUrl = (wx.getExtConfigSync() as { baseUrl?: string }).baseUrl ?? 'http://127.0.0.1:8787';
