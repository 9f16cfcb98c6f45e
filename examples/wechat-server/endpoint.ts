import type { Parameters } from './parameters';

export interface Endpoint {
  readonly methods: readonly ('GET' | 'POST')[];
  readonly answer: (parameters: Parameters) => object;
}

export type Endpoints = Readonly<Record<string, Endpoint>>;
