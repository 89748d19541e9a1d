/** Properties that are computed when they are first read. */

/** Adds an enumerable property to `target`; `compute` runs once, at the first reading. Returns `target`. */
export function addLazy<T extends object, K extends string, V>(
  target: T,
  name: K,
  compute: () => V,
): T & Readonly<Record<K, V>> {
  Object.defineProperty(target, name, {
    enumerable: true,
    configurable: true,
    get: () => {
      const value = compute()
      Object.defineProperty(target, name, { enumerable: true, configurable: true, value })
      return value
    },
  })
  return target as T & Readonly<Record<K, V>>
}

/** A function that computes once. */
export function once<V>(compute: () => V): () => V {
  let kept: { readonly value: V } | undefined
  return () => {
    kept ??= { value: compute() }
    return kept.value
  }
}
