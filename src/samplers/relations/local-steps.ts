/** Steps of elements that are independent of each other given the rest of a block, each accepted by itself. */
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { coordinateSlope, fromCoordinate } from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { buildNetwork, type Dependents, findEachDependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import type { Approximation } from "./normal-approximation.ts"

/** Elements from which on, and their least share of a block, steps of their own pay. */
const FEWEST = 20
const LEAST_SHARE = 0.5
/** Autocorrelation of a proposal with the element as it is, standardised. */
const CORRELATION = -0.3

export interface LocalSteps {
  /** By pivot, whether the element has steps of its own. */
  readonly isLocal: Uint8Array
  /**
   * One step of each such element from its normal approximation given the rest. The state must be at u.
   * @param z the standardised u, in the order of the pivots; mutated with u and the state
   */
  step(s: Float64Array, u: Float64Array, z: Float64Array, approximation: Approximation, rng: Stream): void
}

/**
 * Leaves of the elimination tree: no two share a factor, or one would be eliminated after the other. Their standardised values are
 * the only ones that move with them, so each has a Metropolis–Hastings step whose ratio is made of the densities it enters. In many
 * dimensions the errors of a normal approximation add up, and a joint step is rejected, where nearly all of these are accepted
 * (Roberts & Sahu (1997), Journal of the Royal Statistical Society B 59, 291–317, on blocking and its cost).
 *
 * @returns null where there are few, or where densities stand for what is integrated out
 */
export function bindLocalSteps(match: CurvatureMatch, engine: Engine): LocalSteps | null {
  const { factors, coordinates, symbolic, censored, owners } = match
  const { slots } = factors
  const n = slots.length
  const isLocal = new Uint8Array(n).fill(1)
  for (const parent of symbolic.parent) if (parent >= 0) isLocal[parent] = 0
  const pivots = Int32Array.from(isLocal.keys()).filter((pivot) => isLocal[pivot] === 1)
  if (censored.length > 0 || pivots.length < FEWEST || pivots.length < LEAST_SHARE * n) return null
  // Looked up when steps are made first: most blocks do without them.
  let found: Dependents | null = null
  const logDensity = (s: Float64Array, { weighed }: Dependents, column: number): number => {
    const children = engine.weigh(s, weighed, weighed.start[column]!, weighed.start[column + 1]!)
    const own = engine.functions[owners.relation[column]!]!
    const prior = own.kind === "stochastic" ? own.logDensity(s, owners.instance, column, column + 1) : 0
    const slope =
      coordinates.kinds[column] === 0
        ? 0
        : Math.log(Math.abs(coordinateSlope(coordinates, column, s[slots[column]!]!)))
    const total = children + prior + slope
    return Number.isNaN(total) ? -Infinity : total
  }
  const put = (s: Float64Array, { computed }: Dependents, column: number, value: number): void => {
    s[slots[column]!] = fromCoordinate(coordinates, column, value)
    engine.compute(s, computed, computed.start[column]!, computed.start[column + 1]!)
  }
  const width = Math.sqrt(1 - CORRELATION ** 2)
  return {
    isLocal,
    step(s, u, z, { factor }, rng) {
      found ??= findEachDependents(buildNetwork(engine.graph), slots)
      for (let k = 0; k < pivots.length; k++) {
        const pivot = pivots[k]!
        const column = symbolic.permutation[pivot]!
        const from = z[pivot]!
        const to = CORRELATION * from + width * drawNormal(rng)
        const here = logDensity(s, found, column)
        const trial = u[column]! + (to - from) / factor.values[symbolic.columnPointers[pivot]!]!
        put(s, found, column, trial)
        const log = logDensity(s, found, column) - here + 0.5 * (to * to - from * from)
        if (Math.log(rng.uniform()) < log) {
          u[column] = trial
          z[pivot] = to
        } else put(s, found, column, u[column]!)
      }
    },
  }
}
