/** Coordinates ψ of the elements that groups of a block share, and of its scales: some are powers of what has a bound. */
import {
  COORDINATE,
  type Coordinates,
  fromCoordinate,
  logSlopes,
  toCoordinate,
} from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import type { Engine } from "./engine.ts"
import { bindScalePowers } from "./scale-powers.ts"
import { relationOf } from "./site.ts"

/**
 * Power of the distance from a bound that cuts a distribution off: a factor T(0,) does not become rare near 0, as its logarithm
 * would have it, and may have a long tail.
 */
const CUT_POWER = 0.5

/**
 * Functions between a state and ψ, elements first. The power 0 is that of a coordinate as it is (`curvature-coordinates.ts`),
 * others of what it is the logarithm of.
 * @param shared columns of the elements
 */
export function bindSharedCoordinates(match: CurvatureMatch, shared: Int32Array, engine: Engine) {
  const { factors, owners, scales, scaleCoordinates } = match
  const own = shared.map((column) => factors.slots[column]!)
  const elements = pickCoordinates(match.coordinates, shared)
  const m = shared.length
  const dimension = m + scales.length
  const isCut = Array.from(shared, (column, i) => {
    const { bounds } = relationOf(engine.graph, owners.relation[column]!)
    const kind = elements.kinds[i]
    return bounds !== null && (kind === COORDINATE.above || kind === COORDINATE.below)
  })
  const powerOf = bindScalePowers(match, engine)
  return {
    dimension,
    /** By coordinate. */
    slots: Int32Array.from([...own, ...scales]),
    /** Writes the powers. Changes the state and back. */
    writePowers(s: Float64Array, powers: Float64Array): void {
      for (let i = 0; i < m; i++) powers[i] = isCut[i] === true ? CUT_POWER : 0
      for (let k = 0; k < scales.length; k++) powers[m + k] = powerOf(s, scales[k]!)
    },
    /** Writes ψ of a state into `out`. */
    read(s: Float64Array, powers: Float64Array, out: Float64Array): void {
      for (let i = 0; i < m; i++) out[i] = toPower(powers[i]!, toCoordinate(elements, i, s[own[i]!]!))
      for (let k = 0; k < scales.length; k++)
        out[m + k] = toPower(powers[m + k]!, toCoordinate(scaleCoordinates, k, s[scales[k]!]!))
    },
    /** Writes the elements and scales at ψ into the state. @returns false where there is no such state */
    place(s: Float64Array, powers: Float64Array, psi: Float64Array): boolean {
      for (let i = 0; i < dimension; i++) if (powers[i] !== 0 && !(psi[i]! > 0)) return false
      for (let i = 0; i < m; i++) s[own[i]!] = fromCoordinate(elements, i, fromPower(powers[i]!, psi[i]!))
      for (let k = 0; k < scales.length; k++)
        s[scales[k]!] = fromCoordinate(scaleCoordinates, k, fromPower(powers[m + k]!, psi[m + k]!))
      return true
    },
    /** Log of the absolute derivative of elements and scales by the coordinates of which ψ are powers, at a state. */
    logSlope: (s: Float64Array): number =>
      logSlopes(elements, own, s) + logSlopes(scaleCoordinates, scales, s),
  }
}

const toPower = (power: number, u: number): number => (power === 0 ? u : Math.exp(power * u))
const fromPower = (power: number, x: number): number => (power === 0 ? x : Math.log(x) / power)

/** Log of the absolute derivative of the coordinates by ψ, up to a constant. */
export function logPowerSlope(powers: Float64Array, psi: Float64Array): number {
  let total = 0
  for (let i = 0; i < psi.length; i++) if (powers[i] !== 0) total -= Math.log(psi[i]!)
  return total
}

const pickCoordinates = ({ kinds, lower, upper }: Coordinates, columns: Int32Array): Coordinates => ({
  kinds: Uint8Array.from(columns, (column) => kinds[column]!),
  lower: Float64Array.from(columns, (column) => lower[column]!),
  upper: Float64Array.from(columns, (column) => upper[column]!),
})
