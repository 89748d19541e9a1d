import { InternalError, NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { refusal } from "../conditional.ts"
import { headOf } from "./describe.ts"
import { bindBounds, findIntervals } from "./interval-bounds.ts"
import { findReach } from "./linear-set.ts"
import { type RelationSampler, remember } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"

export interface TruncatedMatch extends Site {
  /** Child relations that are intervals of the element: all of its children. */
  readonly intervals: Int32Array
}

/** Exact draw of an element that is known by its interval only: its own distribution, cut off at the cutpoints. */
export const truncatedSite: RelationSampler<TruncatedMatch> = {
  name: "truncated",
  describe: "exact draw from the distribution of an element, cut off where its interval ends",

  match: remember<TruncatedMatch>(({ graph, network }, target) => {
    const own = relationOf(graph, target.relation)
    const d = lookupBugsDistribution(own.distribution)
    if (d.calling !== "numbers" || !d.isProper)
      return refusal("no-cdf", `${d.name} is not drawn between bounds`)
    const reach = findReach(network, [target])
    const intervals = findIntervals(network, target.relation, reach)
    if (intervals.length < reach.children.length)
      return refusal("other-children", "more is known of it than an interval")
    return { ...makeSite(network, target.relation, target.instances), intervals }
  }),

  explain({ relation, intervals }, { graph }) {
    const { text } = relationOf(graph, relation)
    const heads = Array.from(intervals, (r) => headOf(graph.relations[r]!.text))
    const where = heads.length === 0 ? "" : `, cut off at the cutpoints of ${heads.join(", ")}`
    return { formula: `${text}${where}`, because: ["its interval is all that is observed of it"] }
  },

  bind(match, engine) {
    const { relation, instances, slots } = match
    const { computed } = match.dependents
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic" || f.distribution.calling !== "numbers")
      throw new InternalError("only numbers are drawn between bounds")
    const { distribution } = f
    const boundsOf = bindBounds(engine, match, match.intervals)
    const args = new Float64Array(4)
    const bounds = new Float64Array(2)
    return {
      writes: slots,
      memoryLength: 0,
      step(s, _memory, rng) {
        for (let n = 0; n < instances.length; n++) {
          f.args(s, instances[n]!, args)
          boundsOf(s, n, bounds)
          const [a, b, c, d] = args
          const x = distribution.sampleTruncated(rng, bounds[0]!, bounds[1]!, a!, b!, c!, d!)
          if (Number.isNaN(x)) {
            const name = slotName(engine.graph, slots[n]!)
            throw new NumericalError(`no draw of ${name} between ${bounds[0]} and ${bounds[1]}`, {
              code: "not-finite",
              where: name,
              hint: "give other initial values of its parents",
            })
          }
          // What lies beyond the largest number (a Weibull with a shape near 0) would have no density at all.
          s[slots[n]!] = Math.min(Math.max(x, -Number.MAX_VALUE), Number.MAX_VALUE)
          engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
        }
      },
      logConditional(s) {
        let total = 0
        for (let n = 0; n < instances.length; n++) {
          f.args(s, instances[n]!, args)
          boundsOf(s, n, bounds)
          const [a, b, c, d] = args
          const x = s[slots[n]!]!
          if (!(x >= bounds[0]! && x <= bounds[1]!)) return -Infinity
          total +=
            distribution.logDensity(x, a!, b!, c!, d!) -
            distribution.logMass(bounds[0]!, bounds[1]!, a!, b!, c!, d!)
        }
        return total
      },
    }
  },

  mend: (match, engine) => [truncatedSite.bind(match, engine)],
}
