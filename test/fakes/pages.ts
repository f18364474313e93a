/** A service may answer fewer items than were asked for, and ours always do: who does not go on is found out. */
const mostAPage = 25;

/** One page of a list by its size and token, as the services part their lists; undefined for a size or token that none gave. */
export function pageOf<T>(
  all: readonly T[],
  { pageSize, pageToken }: { readonly pageSize: number; readonly pageToken: string },
): { readonly items: readonly T[]; readonly next: string } | undefined {
  const offset = pageToken === "" ? 0 : Number(/^after-(\d+)$/u.exec(pageToken)?.[1] ?? Number.NaN);
  if (!(offset <= all.length) || pageSize < 0) return undefined;
  const end = offset + Math.min(pageSize === 0 ? mostAPage : pageSize, mostAPage);
  return { items: all.slice(offset, end), next: end < all.length ? `after-${end}` : "" };
}
