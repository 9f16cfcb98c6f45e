export interface DemoApp {
  readonly appid: string;
  readonly secret: string;
}

// Made-up apps that the runnable server and the runnable backend agree on.
export const demoApps = {
  shop: { appid: 'wx00000000000050a1', secret: '5a0b1c2d3e4f60718293a4b5c6d7e8f1' },
  club: { appid: 'wx00000000000050a2', secret: '5a0b1c2d3e4f60718293a4b5c6d7e8f2' },
  forum: { appid: 'wx00000000000050a3', secret: '5a0b1c2d3e4f60718293a4b5c6d7e8f3' },
  news: { appid: 'wx00000000000050a4', secret: '5a0b1c2d3e4f60718293a4b5c6d7e8f4' },
} satisfies Record<string, DemoApp>;
