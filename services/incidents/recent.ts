/** What was used last, up to a weight: the oldest goes first, and the one put last always stays. */
export interface Recent<T> {
  get(key: string): T | undefined;
  put(key: string, value: T, weight: number): void;
}

export function recentlyUsed<T>(maxWeight: number): Recent<T> {
  // A Map keeps the order of insertion: what is used is taken out and put in again.
  const entries = new Map<string, { readonly value: T; readonly weight: number }>();
  let total = 0;
  const remove = (key: string): void => {
    total -= entries.get(key)?.weight ?? 0;
    entries.delete(key);
  };
  const put: Recent<T>["put"] = (key, value, weight) => {
    remove(key);
    entries.set(key, { value, weight });
    total += weight;
    for (const oldest of entries.keys()) if (total > maxWeight && oldest !== key) remove(oldest);
  };
  return {
    put,
    get: (key) => {
      const found = entries.get(key);
      if (found !== undefined) put(key, found.value, found.weight);
      return found?.value;
    },
  };
}
