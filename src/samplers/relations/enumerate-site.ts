import { NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { refusal } from "../conditional.ts"
import { describeDensity } from "./describe.ts"
import { drawValue } from "./draw-value.ts"
import { hasSharedArguments } from "./label-children.ts"
import { bindLabelWeights } from "./label-weights.ts"
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
    const most = site.mostValues
    const isUniform = counts.every((count) => count === most) && lowest.every((least) => least === lowest[0])
    const values = Array.from({ length: most }, (_, k) => lowest[0]! + k)
    const labels = isUniform ? bindLabelWeights(site, values, engine) : null
    const rest = labels?.rest ?? weighed
    const table = new Float64Array(labels === null ? 0 : most * instances.length)
    const logs = new Float64Array(most)
    const priors = new Float64Array(most)
    const args = new Float64Array(f.argsLength)
    const own = relationOf(engine.graph, relation)
    const logProbability = LOG_PROBABILITIES[f.distribution.name]
    const isPlain = logProbability !== undefined && own.bounds === null
    // No element is a parent of another, so that these are the same for all.
    const isShared = isPlain && hasSharedArguments(own) && !weighed.relation.includes(relation)
    /** Fills `priors` with the log probabilities of element n's values given its parents. */
    const weighPriors = (s: Float64Array, n: number): void => {
      if (isShared && n > 0) return
      if (isPlain) f.args(s, instances[n]!, args)
      const before = s[slots[n]!]!
      for (let k = 0; k < counts[n]!; k++) {
        if (isPlain) priors[k] = logProbability(lowest[n]! + k, args)
        else {
          s[slots[n]!] = lowest[n]! + k
          priors[k] = f.logDensity(s, instances, n, n + 1)
        }
      }
      s[slots[n]!] = before
    }
    const place = (s: Float64Array, n: number, value: number): void => {
      s[slots[n]!] = value
      engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
    }
    /** Fills `logs` for element n; returns the value at which it leaves the state. */
    const fill = (s: Float64Array, n: number): number => {
      weighPriors(s, n)
      const first = rest.start[n]!
      const last = rest.start[n + 1]!
      const before = s[slots[n]!]!
      let stands = before
      // What cannot be is not weighed: its children may have no density.
      for (let k = 0; k < counts[n]!; k++)
        logs[k] = priors[k]! > -Infinity && labels !== null ? priors[k]! + table[n * most + k]! : priors[k]!
      if (first < last) {
        // The value that it has is weighed as it stands, where it has one.
        const own = before - lowest[n]!
        const isKnown = own >= 0 && own < counts[n]! && logs[own]! > -Infinity
        if (isKnown) logs[own]! += engine.weigh(s, rest, first, last)
        for (let k = 0; k < counts[n]!; k++) {
          if ((isKnown && k === own) || logs[k] === -Infinity) continue
          stands = lowest[n]! + k
          place(s, n, stands)
          logs[k]! += engine.weigh(s, rest, first, last)
        }
      }
      // A value with which a child has no density, as with a shape of 0, cannot be.
      for (let k = 0; k < counts[n]!; k++) if (Number.isNaN(logs[k]!)) logs[k] = -Infinity
      return stands
    }
    return {
      writes: slots,
      memoryLength: 0,
      step(s, _memory, rng) {
        labels?.weigh(s, table)
        for (let n = 0; n < instances.length; n++) {
          const before = s[slots[n]!]!
          const stands = fill(s, n)
          const value = lowest[n]! + drawValue(rng, logs, 0, counts[n]!, engine, slots[n]!, before)
          if (value !== stands) place(s, n, value)
        }
      },
      logConditional(s) {
        let total = 0
        labels?.weigh(s, table)
        for (let n = 0; n < instances.length; n++) {
          const current = s[slots[n]!]!
          const stands = fill(s, n)
          let largest = -Infinity
          for (let k = 0; k < counts[n]!; k++) largest = Math.max(largest, logs[k]!)
          let sum = 0
          for (let k = 0; k < counts[n]!; k++) sum += Math.exp(logs[k]! - largest)
          total += logs[current - lowest[n]!]! - largest - Math.log(sum)
          if (current !== stands) place(s, n, current)
        }
        return total
      },
    }
  },

  mend: (match, engine) => [enumerateSite.bind(match, engine)],
}
