// npm run soak: the packed library in many app services, against the example servers in processes of their own.
import { soakReport } from '../bench/soak/report';
import { soak } from '../bench/soak/soak';
import { writeReport } from '../bench/write-report';
import { stopServers } from '../examples/walkthrough/server-process';
import { readFlags, wholeNumber } from './read-flags';

const HELP = `npm run soak                         the packed library against real servers that fail and are killed; writes docs/soak.md
npm run soak -- --requests 20000     how many requests
npm run soak -- --clients 50         how many mini-programs send them
npm run soak -- --kills 6            how often the backend is killed
npm run soak -- --seed soak          what the chances are drawn from`;

const values = readFlags(HELP, {
  seed: { type: 'string', default: 'soak' },
  requests: { type: 'string', default: '20000' },
  clients: { type: 'string', default: '50' },
  kills: { type: 'string', default: '6' },
});

async function main(): Promise<number> {
  const { seed } = values;
  const options = {
    seed,
    requests: wholeNumber(HELP, 'requests', values.requests, 1),
    clients: wholeNumber(HELP, 'clients', values.clients, 1),
    kills: wholeNumber(HELP, 'kills', values.kills, 0),
  };
  console.log(`seed ${seed}`);
  const unhandled: string[] = [];
  process.on('unhandledRejection', (reason) => unhandled.push(`unhandled rejection: ${String(reason)}`));
  const result = await soak(options, (settled) => console.log(`${settled} of ${options.requests} settled`));
  unhandled.forEach(result.ledger.violation);

  const { markdown, plots } = soakReport(result);
  writeReport('soak', { markdown, plots });
  const { ledger, bounds } = result;
  const codes = bounds.reduce((sum, one) => sum + one.codes, 0);
  const bound = bounds.reduce((sum, one) => sum + one.bound, 0);
  console.log(
    `${ledger.settled.length} requests settled, ${result.chaos.kills} kills, ${codes} calls of wx.login (bound ${bound})`,
  );
  ledger.violations.forEach((violation) => console.log(`✗ ${violation}`));
  console.log(`${ledger.violations.length} violations; docs/soak.md is written`);
  return ledger.violations.length === 0 ? 0 : 1;
}

main().then(
  async (code) => {
    await stopServers();
    process.exit(code);
  },
  async (error: unknown) => {
    console.error(error);
    await stopServers();
    process.exit(1);
  },
);
