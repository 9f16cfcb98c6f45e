/** What the simulator's server tells its pages. */
export interface World {
  /** One start of the simulator: what another one stored is forgotten. */
  readonly run: string;
  readonly backendUrl: string;
  readonly wechatUrl: string;
  /** The mini-programs that the backend knows: appid by source, and the authorisation it asks for. */
  readonly apps: Readonly<Record<string, { readonly appid: string; readonly asks: string }>>;
}

declare global {
  /** Set by /world.js. */
  var world: World;
}
