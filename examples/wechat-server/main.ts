import { portNumber, readFlags } from '../../scripts/read-flags';
import { demoApps } from './demo-apps';
import { createWechatServer } from './wechat-server';

const HELP = `tsx examples/wechat-server/main.ts   a stand-in for WeChat's server, until Ctrl-C
  --port 8788                        where it listens, on this machine alone; 0: anywhere (WECHAT_PORT)
  --app <appid>:<secret>             one more mini-program; may be given several times`;

const values = readFlags(HELP, {
  port: { type: 'string', default: process.env.WECHAT_PORT ?? '8788' },
  app: { type: 'string', multiple: true, default: [] },
});

const demoSecrets = Object.values(demoApps).map(({ appid, secret }) => [appid, secret]);
const givenSecrets = values.app.map((pair) => pair.split(':', 2));

const server = createWechatServer({ apps: Object.fromEntries([...demoSecrets, ...givenSecrets]) });

server.listen(portNumber(HELP, values.port)).then(
  (url) => console.log(`wechat-server listening on ${url}`),
  (error: unknown) => {
    console.error(`wechat-server cannot start: ${error instanceof Error ? error.message : 'unknown error'}`);
    process.exitCode = 1;
  },
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void server.close().then(() => process.exit(0)));
}
