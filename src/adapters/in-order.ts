/** In order of the first key, of those that are alike there of the next; texts as JavaScript compares them. */
export function inOrder<K extends string, T extends Readonly<Record<K, string>>>(all: readonly T[], ...keys: readonly K[]): readonly T[] {
  return all.toSorted((a, b) => {
    const key = keys.find((each) => a[each] !== b[each]);
    return key === undefined ? 0 : a[key] < b[key] ? -1 : 1;
  });
}
