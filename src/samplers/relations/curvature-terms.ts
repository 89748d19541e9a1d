import { coordinateSlope } from "./curvature-coordinates.ts"
import { bindArgumentGroup } from "./curvature-factors.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { bindCoordinatePriors } from "./curvature-priors.ts"
import type { Engine } from "./engine.ts"
import { bindSlopes } from "./gaussian-factors.ts"
import { bindGroup } from "./gaussian-kernel.ts"

/** A function that writes curvature and gradient in the coordinates u at a state. */
export function bindCurvature(
  { factors, groups, direction, coordinates, pairs, diagonal, owners, after }: CurvatureMatch,
  engine: Engine,
): (s: Float64Array, q: Float64Array, gradient: Float64Array) => void {
  const { slots, sets } = factors
  const n = slots.length
  const scale = new Float64Array(n)
  const normals = factors.groups.map((group, g) => bindGroup(group, pairs[g]!, engine))
  const moveSlopes = bindSlopes(factors, engine, false, scale)
  const parts = groups.map((group, g) =>
    bindArgumentGroup(group, pairs[factors.groups.length + g]!, sets, engine, scale),
  )
  const priors = bindCoordinatePriors(slots, coordinates, diagonal, owners, engine)
  const along = new Float64Array(engine.graph.length)
  slots.forEach((slot, k) => {
    along[slot] = direction[k]!
  })
  const isLinear = groups.some((group) => group.linear !== null)
  const runs = after.computed
  return (s, q, gradient) => {
    q.fill(0)
    gradient.fill(0)
    for (let k = 0; k < n; k++) scale[k] = coordinateSlope(coordinates, k, s[slots[k]!]!)
    moveSlopes(s)
    for (const part of normals) part(s, q, gradient)
    if (isLinear) engine.differentiate(s, along, runs, 0, runs.relation.length)
    for (const part of parts) part(s, along, q, gradient)
    priors(s, q, gradient)
  }
}
