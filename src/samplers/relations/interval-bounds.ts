/** Children that say no more of an element than between which cutpoints it lies: `is.censored[i] ~ dinterval(t[i], c[i])`. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Network } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { EntryForms } from "./entry-form.ts"
import { dependsOn } from "./linear.ts"
import type { Reach } from "./linear-set.ts"
import { relationOf, type Site } from "./site.ts"
import { bindSupport } from "./support.ts"

/** The child relations of a target that are observed intervals of it. */
export function findIntervals(network: Network, target: number, reach: Reach): Int32Array {
  const { graph } = network
  const inSet = reach.slots
  const entries = new EntryForms(network, target, inSet)
  const found = reach.children.filter(({ relation, instances }) => {
    const child = relationOf(graph, relation)
    if (!child.observed || lookupBugsDistribution(child.distribution).name !== "dinterval") return false
    if (dependsOn(child, child.args[1]!, inSet)) return false
    const form = entries.ofArgument(relation, instances, 0)
    return form?.unit === true && form.power === 1 && !form.complement && !form.picks
  })
  return Int32Array.from(found, ({ relation }) => relation)
}

/**
 * Bounds of element n of a site: its support, its own truncation or censoring, and its intervals. Writes `[lower, upper]`,
 * both included.
 */
export function bindBounds(
  engine: Engine,
  { relation, instances, dependents: { weighed } }: Site,
  intervals: Int32Array,
): (s: Float64Array, n: number, out: Float64Array) => void {
  const support = bindSupport(engine, relation)
  if (intervals.length === 0) return (s, n, out) => support(s, instances[n]!, out)
  const { discrete } = lookupBugsDistribution(relationOf(engine.graph, relation).distribution)
  const bound = engine.graph.relations.map((child, r) => {
    const f = engine.functions[r]!
    if (!intervals.includes(r) || f.kind !== "stochastic") return null
    return { f, writes: child.writes, args: new Float64Array(f.argsLength) }
  })
  return (s, n, out) => {
    support(s, instances[n]!, out)
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
      const child = bound[weighed.relation[run]!]!
      if (child === null) continue
      const { f, writes, args } = child
      const first = f.argStarts[1]!
      const count = f.argLengths[1]!
      for (let j = weighed.from[run]!; j < weighed.to[run]!; j++) {
        const i = weighed.instances[j]!
        f.args(s, i, args)
        const above = s[writes[i]!]!
        // Above the first `above` cutpoints, at or below the next.
        const lower = above > 0 ? args[first + above - 1]! : -Infinity
        const upper = above < count ? args[first + above]! : Infinity
        // A cutpoint that is not known yet, when a first state is sought, is NaN and cuts nothing.
        const least = discrete ? Math.floor(lower) + 1 : lower
        const most = discrete ? Math.floor(upper) : upper
        if (least > out[0]!) out[0] = least
        if (most < out[1]!) out[1] = most
      }
    }
  }
}
