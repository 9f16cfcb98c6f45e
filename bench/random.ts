import { alea } from 'seedrandom';

/** A seeded generator for one purpose, named by its labels: what one draws changes nothing for another. */
export class Random {
  private readonly generator: () => number;

  constructor(...labels: readonly (string | number)[]) {
    this.generator = alea(labels.join('/'));
  }

  /** From 0 to 1, 1 excluded. */
  next(): number {
    return this.generator();
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  /** A whole number, both ends included. */
  whole(least: number, most: number): number {
    return Math.floor(this.between(least, most + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.next() * list.length)];
  }

  /** One of the names, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
    const entries = Object.entries(weights) as [K, number][];
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    const found = entries.find(([, weight]) => (left -= weight) < 0);
    return (found ?? entries[0])[0];
  }
}
