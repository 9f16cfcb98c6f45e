import { ALPHABET, BEGINNINGS, explore } from './small-scope';

const depth = Number(process.env.MODEL_DEPTH ?? 4);

test(`every order of up to ${depth} of ${Object.keys(ALPHABET).length} events keeps every promise`, () => {
  const startedAt = process.hrtime.bigint();
  const counts = BEGINNINGS.map(([title, beginning]) => ({ title, count: explore(beginning, depth) }));
  const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  const parts = counts.map(({ title, count }) => `${title}: ${count}`).join(', ');
  process.stdout.write(`${all} orders of up to ${depth} events hold (${parts}); ${seconds.toFixed(1)} s\n`);
  // Fewer would mean that letters of the alphabet never come to pass.
  expect(counts.every(({ count }) => count > 3 ** depth)).toBe(true);
}, 3_600_000);
