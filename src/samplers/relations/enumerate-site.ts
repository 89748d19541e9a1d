import { NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { refusal } from "../conditional.ts"
import { describeDensity } from "./describe.ts"
import { drawValue } from "./draw-value.ts"
import type { RelationSampler } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"
import { findValues } from "./support.ts"

/** Values of a discrete element that are worth trying one by one. */
const MOST_VALUES = 200

/** Log probabilities of values, up to a constant, from arguments that were read once for all of them. */
const LOG_PROBABILITIES: Readonly<Record<string, (value: number, args: Float64Array) => number>> = {
  dbern: (value, args) => Math.log(value === 1 ? args[0]! : 1 - args[0]!),
  dcat: (value, args) => Math.log(args[value - 1]!),
}

interface EnumerationMatch extends Site {
  readonly mostValues: number
}

/** Draws a discrete element with finite support from its exact full conditional: the density at every value it can take. */
export const enumerateSite: RelationSampler<EnumerationMatch> = {
  name: "enumeration",
  describe: "exact draw of a discrete element by trying every value",

  match({ graph, network, engine }, { relation, instances }) {
    const d = lookupBugsDistribution(relationOf(graph, relation).distribution)
    if (d.shape !== "scalar" || !d.discrete) return refusal("not-discrete", "it is not discrete")
    if (d.isDetermined) return refusal("determined", "its value follows from its parameters")
    const mostValues = findValues(engine, relation, instances).counts.reduce((a, b) => Math.max(a, b), 0)
    if (!(mostValues <= MOST_VALUES))
      return refusal("too-many-values", "its values are too many, or not known, to be tried one by one")
    return { ...makeSite(network, relation, instances), mostValues }
  },

  explain: (site, model) => ({
    formula: describeDensity(site, model),
    because: [`at most ${site.mostValues} values; the density is evaluated at each`],
  }),

  bind(site, engine) {
    const { relation, instances, slots } = site
    const { computed, weighed } = site.dependents
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") throw new NumericalError("not stochastic", { code: "not-stochastic" })
    const { lowest, counts } = findValues(engine, relation, instances)
    const logs = new Float64Array(site.mostValues)
    const args = new Float64Array(f.argsLength)
    const logProbability = LOG_PROBABILITIES[f.distribution.name]
    const isPlain = logProbability !== undefined && relationOf(engine.graph, relation).bounds === null
    const evaluate = (s: Float64Array, n: number, value: number): number => {
      s[slots[n]!] = value
      engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
      const prior = isPlain ? logProbability(value, args) : f.logDensity(s, instances, n, n + 1)
      return prior === -Infinity
        ? prior
        : prior + engine.weigh(s, weighed, weighed.start[n]!, weighed.start[n + 1]!)
    }
    /** Fills `logs` for element n; returns the number of values and leaves the state at the last. */
    const fill = (s: Float64Array, n: number): number => {
      const count = counts[n]!
      if (isPlain) f.args(s, instances[n]!, args)
      for (let k = 0; k < count; k++) logs[k] = evaluate(s, n, lowest[n]! + k)
      return count
    }
    return {
      writes: slots,
      memoryLength: 0,
      step(s, _memory, rng) {
        for (let n = 0; n < instances.length; n++) {
          const before = s[slots[n]!]!
          const count = fill(s, n)
          const chosen = drawValue(rng, logs, 0, count, engine, slots[n]!, before)
          // The state stands at the last.
          if (chosen === count - 1) continue
          s[slots[n]!] = lowest[n]! + chosen
          engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
        }
      },
      logConditional(s) {
        let total = 0
        for (let n = 0; n < instances.length; n++) {
          const current = s[slots[n]!]!
          const count = fill(s, n)
          let largest = -Infinity
          for (let k = 0; k < count; k++) largest = Math.max(largest, logs[k]!)
          let sum = 0
          for (let k = 0; k < count; k++) sum += Math.exp(logs[k]! - largest)
          total += logs[current - lowest[n]!]! - largest - Math.log(sum)
          s[slots[n]!] = current
          engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
        }
        return total
      },
    }
  },

  mend: (match, engine) => [enumerateSite.bind(match, engine)],
}
