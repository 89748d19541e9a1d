import { fromCoordinate, toCoordinate } from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import type { Engine } from "./engine.ts"

/** Functions between the state and the coordinates of a block's elements and scales, by element and by scale. */
export function bindBlockMoves(
  { factors, coordinates, scales, scaleCoordinates, after }: CurvatureMatch,
  engine: Engine,
) {
  const { slots } = factors
  const runs = after.computed
  return {
    readElements(s: Float64Array, out: Float64Array): void {
      for (let k = 0; k < slots.length; k++) out[k] = toCoordinate(coordinates, k, s[slots[k]!]!)
    },
    readScales(s: Float64Array, out: Float64Array): void {
      for (let k = 0; k < scales.length; k++) out[k] = toCoordinate(scaleCoordinates, k, s[scales[k]!]!)
    },
    /** Writes elements and computes what hangs on them and on the scales. */
    place(s: Float64Array, from: Float64Array): void {
      for (let k = 0; k < slots.length; k++) s[slots[k]!] = fromCoordinate(coordinates, k, from[k]!)
      engine.compute(s, runs, 0, runs.relation.length)
    },
    /** Writes scales and computes nothing. */
    placeScales(s: Float64Array, from: Float64Array): void {
      for (let k = 0; k < scales.length; k++) s[scales[k]!] = fromCoordinate(scaleCoordinates, k, from[k]!)
    },
  }
}
