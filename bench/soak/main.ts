// npm run soak: the packed library in many app services, against the example servers in processes of their own.
import { parseArgs } from 'node:util';
import { stopServers } from '../../examples/walkthrough/server-process';
import { writeReport } from '../write-report';
import { soakReport } from './report';
import { soak } from './soak';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: 'soak' },
    requests: { type: 'string', default: '20000' },
    clients: { type: 'string', default: '50' },
    kills: { type: 'string', default: '6' },
  },
});

const wholeNumber = (name: 'requests' | 'clients' | 'kills'): number => {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
  return value;
};

async function main(): Promise<number> {
  const { seed } = values;
  const options = {
    seed,
    requests: wholeNumber('requests'),
    clients: wholeNumber('clients'),
    kills: wholeNumber('kills'),
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
