/**
 * Children of a block that are drawn themselves and of which nothing but an interval is known: integrated out, they count with the
 * probability of the interval.
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Engine } from "./engine.ts"
import { bindBounds } from "./interval-bounds.ts"
import { relationOf } from "./site.ts"
import type { TruncatedMatch } from "./truncated-site.ts"

/** Step of differences: relative, or of a location in units of 1 + its size. */
const STEP = 1e-3
/** Correlation of two arguments beyond which their information would be close to singular. */
const MOST_CORRELATED = 0.95

/** Distributions whose first argument is a location; all other arguments are positive. */
const LOCATED: readonly string[] = ["dlnorm", "dt", "ddexp", "dlogis"]

/** A function that sums the log probabilities of the intervals of censored elements. */
export function bindCensoredDensity(
  sites: readonly TruncatedMatch[],
  engine: Engine,
): (s: Float64Array) => number {
  const parts = bindCensoredDensities(sites, engine)
  return (s) => {
    let total = 0
    for (const { instances, log } of parts) for (let n = 0; n < instances.length; n++) total += log(s, n)
    return total
  }
}

/** For each site its elements, and a function that gives the log probability of the interval of its n-th. */
export const bindCensoredDensities = (sites: readonly TruncatedMatch[], engine: Engine) =>
  sites.map((site) => {
    const mass = bindMass(site, engine)
    return {
      relation: site.relation,
      instances: site.instances,
      log(s: Float64Array, n: number): number {
        mass.read(s, n)
        return mass.log()
      },
    }
  })

/**
 * Slopes and observed information of the log probability of element n's interval in some arguments, by differences: those of a
 * positive argument are about its logarithm, on which densities are closer to normal. Writes k slopes and k × k values of
 * the information into `out`, for arguments `own`, one or two.
 */
export function bindCensoredCurvature(
  site: TruncatedMatch,
  own: readonly number[],
  engine: Engine,
): (s: Float64Array, n: number, out: Float64Array) => void {
  const { name } = lookupBugsDistribution(relationOf(engine.graph, site.relation).distribution)
  const mass = bindMass(site, engine)
  const k = own.length
  const size = new Float64Array(k)
  const centre = new Float64Array(k)
  const at = (a: number, da: number, b: number, db: number): number => {
    mass.args[own[a]!] = moved(a, da)
    if (b !== a) mass.args[own[b]!] = moved(b, db)
    const log = mass.log()
    mass.args[own[a]!] = centre[a]!
    mass.args[own[b]!] = centre[b]!
    return log
  }
  const isLocation = (a: number): boolean => own[a] === 0 && LOCATED.includes(name)
  const moved = (a: number, steps: number): number =>
    isLocation(a) ? centre[a]! + steps * size[a]! : centre[a]! * Math.exp(steps * STEP)
  return (s, n, out) => {
    mass.read(s, n)
    for (let a = 0; a < k; a++) {
      centre[a] = mass.args[own[a]!]!
      // Derivative by the argument = derivative by its number of steps / size.
      size[a] = STEP * (isLocation(a) ? 1 + Math.abs(centre[a]!) : centre[a]!)
    }
    const here = mass.log()
    for (let a = 0; a < k; a++) {
      const up = at(a, 1, a, 0)
      const down = at(a, -1, a, 0)
      out[a] = (up - down) / (2 * size[a]!)
      out[k + a * k + a] = Math.max(0, 2 * here - up - down) / size[a]! ** 2
    }
    if (k < 2) return
    const cross = at(0, 1, 1, -1) + at(0, -1, 1, 1) - at(0, 1, 1, 1) - at(0, -1, 1, -1)
    const limit = MOST_CORRELATED * Math.sqrt(out[2]! * out[5]!)
    out[3] = out[4] = Math.max(-limit, Math.min(limit, cross / (4 * size[0]! * size[1]!)))
  }
}

/** The log probability of an element's interval at arguments that may be changed after they were read. */
function bindMass(site: TruncatedMatch, engine: Engine) {
  const f = engine.functions[site.relation]!
  const boundsOf = bindBounds(engine, site, site.intervals)
  const args = new Float64Array(4)
  const bounds = new Float64Array(2)
  return {
    args,
    read(s: Float64Array, n: number): void {
      if (f.kind === "stochastic") f.args(s, site.instances[n]!, args)
      boundsOf(s, n, bounds)
    },
    log(): number {
      if (f.kind !== "stochastic" || f.distribution.calling !== "numbers") return Number.NaN
      return f.distribution.logMass(bounds[0]!, bounds[1]!, args[0]!, args[1]!, args[2]!, args[3]!)
    },
  }
}
