/** Lists, one after the other. (The declarations speak ES2017, which has no `flatMap`.) */
export const flat = <T>(lists: readonly (readonly T[])[]): readonly T[] => {
  const all: T[] = [];
  lists.forEach((list) => list.forEach((item) => all.push(item)));
  return all;
};
