import { cholesky, logDeterminant } from "../math/small-dense.ts"
import { drawInverseGamma } from "../random/inverse-gamma.ts"
import type { Stream } from "../random/stream.ts"
import type { MatrixDistribution } from "./distribution.ts"
import { halfTParameters, logHuangWandGiven } from "./huang-wand.ts"
import { createScratch } from "./scratch.ts"
import { drawWishart } from "./wishart.ts"

const scratch = createScratch()

/**
 * Log density of the precision matrix x[at …], q × q, whose inverse is HuangWand(df, scales). −Infinity where x is not positive definite, NaN for
 * invalid parameters. Allocates nothing after the first call with a size.
 */
export function logScaledWishart(
  x: Float64Array,
  at: number,
  q: number,
  df: number,
  scales: Float64Array,
  start: number,
): number {
  const space = scratch(q * q)
  for (let k = 0; k < q * q; k++) space[k] = x[at + k]!
  if (!cholesky(space, 0, q)) return -Infinity
  const determinant = logDeterminant(space, 0, q)
  // The Jacobian of an inverse is |X|^−(q + 1).
  return logHuangWandGiven(q, df, determinant, x, at, scales, start) - (q + 1) * determinant
}

/** One draw into out[at …]: Huang & Wand's mixture of Wisharts. */
export function drawScaledWishart(
  rng: Stream,
  q: number,
  df: number,
  scales: Float64Array,
  start: number,
  out: Float64Array,
  at: number,
): void {
  const rates = scratch(q * q)
  rates.fill(0, 0, q * q)
  for (let k = 0; k < q; k++) {
    const scale = scales[start + k]!
    rates[k * q + k] = (2 * df) / drawInverseGamma(rng, 0.5, 1 / (scale * scale))
  }
  drawWishart(rng, q, df + q - 1, rates, 0, true, out, at)
}

/**
 * ScaledWishart(df, scales) of a q × q precision matrix: its inverse is HuangWand(df, scales), every sd half-t. `p` is `[df, ...scales]`.
 * The mean of a precision under it is not finite.
 */
export const scaledWishart: MatrixDistribution = {
  kind: "matrix",
  name: "scaledWishart",
  label: "ScaledWishart",
  latex: "\\operatorname{ScaledWishart}",
  isProper: true,
  parameters: halfTParameters,
  forms: [{ arguments: halfTParameters }],
  logDensity: (x, q, p) => logScaledWishart(x, 0, q, p[0]!, Float64Array.from(p), 1),
  sample: (rng, q, p, out) => drawScaledWishart(rng, q, p[0]!, Float64Array.from(p), 1, out, 0),
  mean: (q) => Float64Array.from({ length: q * q }, (_, k) => (k % (q + 1) === 0 ? Infinity : NaN)),
}
