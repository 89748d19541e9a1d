import type { Relation } from "./relation-graph.ts"

/** A loop variable and the ends of what it takes. */
export interface LoopRange {
  readonly name: string
  readonly least: number
  readonly most: number
}

/** The loops, outermost first, of relations that are one statement; of others those of the first, over all that share them. */
export function loopsOf(relations: readonly Relation[]): LoopRange[] {
  const names = relations[0]?.loops.map(({ name }) => name) ?? []
  const alike = relations.filter(({ loops }) => loops.map(({ name }) => name).join() === names.join())
  return names.map((name, k) => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { loops } of alike)
      for (const value of loops[k]!.values) {
        least = Math.min(least, value)
        most = Math.max(most, value)
      }
    return { name, least, most }
  })
}
