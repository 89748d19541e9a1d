import { NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { refusal } from "../conditional.ts"
import { drawSlice } from "../slice.ts"
import { describeDensity } from "./describe.ts"
import type { RelationSampler } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"
import { bindSupport } from "./support.ts"

/**
 * Univariate slice sampling of each element, with stepping out and shrinkage inside the support; integers on the steps of
 * their density. The width adapts in warm-up only. Source: Neal (2003), Slice sampling, Annals of Statistics 31, figures 3 and 5.
 */
export const sliceSite: RelationSampler<Site> = {
  name: "slice",
  describe: "slice sampling of one element after another",

  match({ graph, network }, { relation, instances }) {
    const d = lookupBugsDistribution(relationOf(graph, relation).distribution)
    if (d.shape !== "scalar") return refusal("not-scalar", "slices are for one number at a time")
    if (d.isDetermined) return refusal("determined", "its value follows from its parameters")
    return makeSite(network, relation, instances)
  },

  explain: (site, model) => ({
    formula: describeDensity(site, model),
    because: ["no closed form is known", "density evaluated at each proposal"],
  }),

  bind(site, engine) {
    const { graph } = engine
    const { relation, instances, slots } = site
    const { computed, weighed } = site.dependents
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") throw new NumericalError("not stochastic", { code: "not-stochastic" })
    const { discrete } = f.distribution
    const support = bindSupport(engine, relation)
    const bounds = new Float64Array(2)
    let s: Float64Array = new Float64Array(0)
    let n = 0
    const density = (x: number): number => {
      s[slots[n]!] = discrete ? Math.floor(x) : x
      engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
      const prior = f.logDensity(s, instances, n, n + 1)
      // Children need not be asked, and could not be, where the prior says no.
      return prior === -Infinity
        ? prior
        : prior + engine.weigh(s, weighed, weighed.start[n]!, weighed.start[n + 1]!)
    }
    return {
      writes: slots,
      // Mean jump, number of jumps and first width of each element.
      memoryLength: 3 * instances.length,
      step(state, memory, rng, phase) {
        s = state
        for (n = 0; n < instances.length; n++) {
          support(s, instances[n]!, bounds)
          const lower = bounds[0]!
          const upper = discrete ? bounds[1]! + 1 : bounds[1]!
          const value = s[slots[n]!]!
          // A step of an integer's density is as wide as one; where on it one stands does not matter.
          const x0 = discrete ? value + rng.uniform() : value
          const m = 3 * n
          if (memory[m + 2] === 0) memory[m + 2] = firstWidth(x0, lower, upper, discrete)
          const width = memory[m + 1]! > 0 && memory[m]! > 0 ? 3 * memory[m]! : memory[m + 2]!
          const x1 = drawSlice(density, x0, width, lower, upper, rng)
          if (Number.isNaN(x1)) {
            density(x0)
            throw new NumericalError(
              `the density of ${slotName(graph, slots[n]!)} is not finite at its current value ${value}`,
              {
                code: "not-finite",
                where: slotName(graph, slots[n]!),
                hint: "give another initial value, or a prior with a wider support",
              },
            )
          }
          if (phase === "warmup") {
            memory[m + 1]! += 1
            memory[m]! += (Math.abs(x1 - x0) - memory[m]!) / memory[m + 1]!
          }
          density(x1)
        }
      },
      logDensity(state) {
        s = state
        let total = 0
        for (n = 0; n < instances.length; n++) total += density(s[slots[n]!]!)
        return total
      },
    }
  },
}

function firstWidth(x0: number, lower: number, upper: number, discrete: boolean): number {
  const width = discrete ? 2 : Math.abs(x0) || 1
  return Number.isFinite(upper - lower) ? Math.min(width, (upper - lower) / 2) : width
}
