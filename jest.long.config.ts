import config from './jest.config';

// The long run of the model and the fuzzing: `npm run test:long`. Each variable may be given.
process.env.LONG ??= '1';
process.env.MODEL_SCHEDULES ??= '100000';
process.env.MODEL_DEPTH ??= '6';
process.env.MODEL_SEED ??= String(Math.floor(Math.random() * 2 ** 31));

export default config;
