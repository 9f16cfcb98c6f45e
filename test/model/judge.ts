import { INVARIANTS } from './invariants';
import { createModel } from './model';
import type { Entry } from './trace';

/** Judges a trace, entry by entry: says which promises an entry breaks, and how. */
export function createJudge(): (entry: Entry) => readonly string[] {
  const { model, see } = createModel();
  const watches = INVARIANTS.map(([name, invariant]) => ({ name, watch: invariant() }));
  return (entry) => {
    see(entry);
    const broken: string[] = [];
    for (const { name, watch } of watches) {
      const wrong = watch(entry, model);
      if (wrong !== undefined) broken.push(`${name}: ${wrong}`);
    }
    return broken;
  };
}
