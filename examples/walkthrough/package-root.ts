import { resolve } from 'node:path';

export const packageRoot = resolve(__dirname, '../..');
