import { COORDINATE, type Coordinates, coordinateSlope, priorCurvature } from "./curvature-coordinates.ts"
import type { Engine } from "./engine.ts"

/**
 * A function that adds, for elements with a coordinate of their own, slope and curvature of the log prior with the
 * logarithm of the coordinate's derivative.
 * @param diagonal where Q has the diagonal entry of each element
 */
export function bindCoordinatePriors(
  slots: Int32Array,
  coordinates: Coordinates,
  diagonal: Int32Array,
  owners: { readonly relation: Int32Array; readonly instance: Int32Array },
  engine: Engine,
): (s: Float64Array, q: Float64Array, gradient: Float64Array) => void {
  const parts = Array.from(slots, (slot, column) => ({ slot, column })).flatMap(({ slot, column }) => {
    const f = engine.functions[owners.relation[column]!]!
    const prior = f.kind === "stochastic" ? priorCurvature(f.distribution.name) : undefined
    if (f.kind !== "stochastic" || prior === undefined) return []
    const kind = coordinates.kinds[column]!
    // Normal elements that are their own coordinate stand among the normal factors.
    if (kind === COORDINATE.identity && f.distribution.name === "dnorm") return []
    return [
      {
        slot,
        column,
        f,
        prior,
        kind,
        instance: owners.instance[column]!,
        args: new Float64Array(Math.max(3, f.argsLength)),
      },
    ]
  })
  return (s, q, gradient) => {
    for (let k = 0; k < parts.length; k++) {
      const { slot, column, f, prior, kind, instance, args } = parts[k]!
      const x = s[slot]!
      const scale = coordinateSlope(coordinates, column, x)
      f.args(s, instance, args)
      let slope = scale * prior.slope(x, args[0]!, args[1]!, args[2]!)
      let curvature = scale * scale * prior.curvature(x, args[0]!, args[1]!, args[2]!)
      if (kind === COORDINATE.between) {
        const width = coordinates.upper[column]! - coordinates.lower[column]!
        const share = (x - coordinates.lower[column]!) / width
        slope += 1 - 2 * share
        curvature += 2 * share * (1 - share)
      } else if (kind !== COORDINATE.identity) slope += 1
      if (!Number.isFinite(slope) || !Number.isFinite(curvature)) continue
      gradient[column]! += slope
      q[diagonal[column]!]! += curvature
    }
  }
}
