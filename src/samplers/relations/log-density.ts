/** Normalised log densities of single instances: what the engine's sums leave out of data is kept. */
import { InternalError } from "../../core/errors.ts"
import { referenceStart } from "../../models/relations/relation-graph.ts"
import type { Network } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { relationOf } from "./site.ts"

/** log p of an instance given its parents, at a state. */
export type LogDensity = (s: Float64Array, instance: number) => number

/**
 * The density of a relation's instances, truncation included. A value under `I(,)` counts with its density as it is: its bounds are
 * where it is known to lie.
 */
export function bindLogDensity(engine: Engine, relation: number): LogDensity {
  const f = engine.functions[relation]!
  const { writes, width, bounds } = relationOf(engine.graph, relation)
  if (f.kind !== "stochastic") throw new InternalError("a deterministic relation has no density")
  const { distribution, argStarts, argLengths } = f
  const args = new Float64Array(Math.max(4, f.argsLength))
  if (distribution.calling === "arrays") {
    const x = new Float64Array(width)
    return (s, i) => {
      f.args(s, i, args)
      for (let k = 0; k < width; k++) x[k] = s[writes[i * width + k]!]!
      return distribution.logDensity(x, 0, width, args, argStarts, argLengths)
    }
  }
  const limits = new Float64Array(2)
  return (s, i) => {
    f.args(s, i, args)
    const [a, b, c, d] = [args[0]!, args[1]!, args[2]!, args[3]!]
    const x = s[writes[i]!]!
    if (bounds === null) return distribution.logDensity(x, a, b, c, d)
    f.bounds(s, i, limits)
    if (!(x >= limits[0]! && x <= limits[1]!)) return -Infinity
    const mass = bounds.kind === "T" ? distribution.logMass(limits[0]!, limits[1]!, a, b, c, d) : 0
    return distribution.logDensity(x, a, b, c, d) - mass
  }
}

/** A value that is known by its interval alone: `dinterval` says in which, another relation what it is a draw of. */
export interface CensoredInstance {
  /** The relation and instance that the hidden value is drawn by. */
  readonly relation: number
  readonly instance: number
}

/**
 * The draw behind an instance of `dinterval`: a number that nothing else reads, of a distribution without bounds. Null where the
 * interval is of something else.
 */
export function findCensored(network: Network, relation: number, instance: number): CensoredInstance | null {
  const { graph, owners, readerStart } = network
  const { args, references } = relationOf(graph, relation)
  const [hidden] = args
  if (hidden?.op !== "read") return null
  const reference = references[hidden.reference]!
  if (reference.length !== 1) return null
  const slot = reference.slots[referenceStart(reference, instance)]!
  const owner = owners.relation[slot]!
  const isAlone = readerStart[slot + 1]! - readerStart[slot]! === 1
  const source = owner < 0 ? undefined : graph.relations[owner]
  if (source?.kind !== "stochastic" || source.observed || source.bounds !== null || !isAlone) return null
  if (source.width !== 1) return null
  return { relation: owner, instance: owners.instance[slot]! }
}

/**
 * log P(c_m < t ≤ c_{m+1}) of a value t known to lie in interval m of cutpoints c, given the parents of t: its likelihood with t
 * integrated out. Null when the distribution of t has no such function.
 */
export function bindCensoredMass(
  engine: Engine,
  interval: number,
  censored: number,
): ((s: Float64Array, intervalInstance: number, censoredInstance: number) => number) | null {
  const f = engine.functions[interval]!
  const g = engine.functions[censored]!
  const { writes } = relationOf(engine.graph, interval)
  if (f.kind !== "stochastic" || g.kind !== "stochastic" || g.distribution.calling !== "numbers") return null
  const { distribution } = g
  const cuts = new Float64Array(f.argsLength)
  const start = f.argStarts[1]!
  const count = f.argLengths[1]!
  const args = new Float64Array(Math.max(4, g.argsLength))
  return (s, i, j) => {
    f.args(s, i, cuts)
    g.args(s, j, args)
    const m = s[writes[i]!]!
    const below = m === 0 ? -Infinity : cuts[start + m - 1]!
    // The interval is open below: a whole number above the cutpoint is the least that counts.
    const lower = distribution.discrete && below > -Infinity ? Math.floor(below) + 1 : below
    const upper = m === count ? Infinity : cuts[start + m]!
    return distribution.logMass(lower, upper, args[0]!, args[1]!, args[2]!, args[3]!)
  }
}
