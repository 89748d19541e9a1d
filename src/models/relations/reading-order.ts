/** The order in which the relations of a model are printed, whatever the order in which they were written. */

/** What the order of a relation hangs on. */
export interface Orderable {
  /** What it defines. */
  readonly variable: string
  /** Data, for every instance. */
  readonly observed: boolean
  /** Variables that it reads, in the order of mention. */
  readonly parents: readonly string[]
}

/**
 * The order of a lecture: the data, what they hang on, what that hangs on, …; then what nothing observed hangs on, in the
 * same way. A variable comes after all of its readers; what comes equally late, in the order in which readers mention it.
 * Relations of one variable keep their order. Variables that feed each other are broken apart by name.
 */
export function readingOrder<R extends Orderable>(relations: readonly R[]): R[] {
  const byVariable = new Map<string, R[]>()
  for (const relation of relations) {
    const known = byVariable.get(relation.variable)
    if (known === undefined) byVariable.set(relation.variable, [relation])
    else known.push(relation)
  }
  const parentsOf = new Map(
    [...byVariable].map(([name, own]) => [
      name,
      [...new Set(own.flatMap(({ parents }) => parents))].filter((p) => p !== name && byVariable.has(p)),
    ]),
  )
  const names = [...byVariable.keys()].sort()
  const observed = names.filter((name) => byVariable.get(name)!.some((relation) => relation.observed))
  const informed = levels(observed, parentsOf, new Set())
  const read = new Set([...parentsOf.values()].flat())
  const unread = names.filter((name) => !read.has(name))
  const rest = levels([...unread, ...names], parentsOf, new Set(informed))
  return [...informed, ...rest].flatMap((name) => byVariable.get(name)!)
}

/** Everything that the roots reach, each behind all that read it. @param done what was placed before */
function levels(
  roots: readonly string[],
  parentsOf: ReadonlyMap<string, readonly string[]>,
  done: ReadonlySet<string>,
): string[] {
  // Reverse postorder of a depth-first walk has readers first; the depth is the longest way from a root.
  const seen = new Set(done)
  const postorder: string[] = []
  const open: { readonly name: string; next: number }[] = []
  for (const root of roots) {
    if (seen.has(root)) continue
    seen.add(root)
    open.push({ name: root, next: 0 })
    while (open.length > 0) {
      const top = open.at(-1)!
      const parent = parentsOf.get(top.name)![top.next++]
      if (parent === undefined) postorder.push(open.pop()!.name)
      else if (!seen.has(parent)) {
        seen.add(parent)
        open.push({ name: parent, next: 0 })
      }
    }
  }
  const place = new Map(postorder.reverse().map((name, k) => [name, k]))
  const depth = new Map(postorder.map((name) => [name, 0]))
  for (const name of postorder)
    for (const parent of parentsOf.get(name)!)
      if ((place.get(parent) ?? -1) > place.get(name)!)
        depth.set(parent, Math.max(depth.get(parent)!, depth.get(name)! + 1))

  const byDepth: string[][] = []
  for (const [name, d] of depth) {
    while (byDepth.length <= d) byDepth.push([])
    byDepth[d]!.push(name)
  }
  const first = new Map(roots.map((name, k) => [name, k]))
  const mention = new Map<string, number>()
  let mentions = 0
  return byDepth.flatMap((level, d) => {
    const rank = (name: string): number => (d === 0 ? first.get(name)! : mention.get(name)!)
    const sorted = level.sort((a, b) => rank(a) - rank(b))
    for (const name of sorted)
      for (const parent of parentsOf.get(name)!) if (!mention.has(parent)) mention.set(parent, mentions++)
    return sorted
  })
}
