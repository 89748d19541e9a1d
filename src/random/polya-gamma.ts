import erfc from "@stdlib/math-base-special-erfc"
import { drawExponential } from "./exponential.ts"
import { drawInverseGaussian } from "./inverse-gaussian.ts"
import type { Stream } from "./stream.ts"

/** Where the two series for the density of J*(1, z) meet. */
const CUT = 0.64
const HALF_PI = Math.PI / 2
const QUARTER_PI_SQUARED = Math.PI ** 2 / 8

/**
 * A draw from the Pólya-Gamma distribution PG(b, z), mean b tanh(z / 2) / (2 z), for b = 0, 1, 2, …: the augmentation that makes
 * a logistic likelihood of b trials normal. Exact: the sum of b draws of PG(1, z), hence about b times the cost of one (under
 * a microsecond). PG(0, z) is 0; NaN for any other b or z that is not finite. Allocates nothing.
 *
 * N. G. Polson, J. G. Scott and J. Windle (2013), Bayesian inference for logistic models using Pólya–Gamma latent variables,
 * JASA 108, 1339–1349, section 4 and its supplement: L. Devroye's alternating series for the Jacobi distribution, with an
 * inverse Gaussian left of 0.64 and an exponential right of it as proposals.
 */
export function drawPolyaGamma(rng: Stream, b: number, z: number): number {
  if (!(Number.isInteger(b) && b >= 0 && Number.isFinite(z))) return NaN
  const tilt = 0.5 * Math.abs(z)
  const rate = QUARTER_PI_SQUARED + 0.5 * tilt * tilt
  const right = shareOfRight(tilt, rate)
  let sum = 0
  for (let k = 0; k < b; k++) sum += drawJacobi(rng, tilt, rate, right)
  return 0.25 * sum
}

/** Share of the proposal's mass that lies right of the cut. */
function shareOfRight(tilt: number, rate: number): number {
  const right = (HALF_PI / rate) * Math.exp(-rate * CUT)
  const scale = 1 / Math.sqrt(2 * CUT)
  const near = Math.exp(-tilt) * erfc(scale * (1 - CUT * tilt))
  // The second term of the inverse Gaussian cdf is nothing beside the first long before its factor overflows.
  const far = tilt < 30 ? Math.exp(tilt) * erfc(scale * (1 + CUT * tilt)) : 0
  return right / (right + near + far)
}

/** J*(1, tilt): a proposal, accepted when a uniform lies under the alternating series of its density. */
function drawJacobi(rng: Stream, tilt: number, rate: number, right: number): number {
  for (;;) {
    const x = rng.uniform() < right ? CUT + drawExponential(rng) / rate : drawLeft(rng, tilt)
    let sum = coefficient(0, x)
    const height = rng.uniform() * sum
    for (let n = 1; ; n++) {
      if (n % 2 === 1) {
        sum -= coefficient(n, x)
        if (height <= sum) return x
      } else {
        sum += coefficient(n, x)
        if (height > sum) break
      }
    }
  }
}

function coefficient(n: number, x: number): number {
  const k = n + 0.5
  if (x > CUT) return Math.PI * k * Math.exp(-0.5 * k * k * Math.PI * Math.PI * x)
  const ratio = 2 / (Math.PI * x)
  return Math.PI * k * ratio * Math.sqrt(ratio) * Math.exp((-2 * k * k) / x)
}

/** Inverse Gaussian with mean 1 / tilt and shape 1, restricted to (0, CUT). */
function drawLeft(rng: Stream, tilt: number): number {
  if (tilt * CUT > 1) {
    for (;;) {
      const x = drawInverseGaussian(rng, 1 / tilt, 1)
      if (x < CUT) return x
    }
  }
  for (;;) {
    // 1 / χ²₁ restricted to (0, CUT) through the excess of a normal beyond 1 / √CUT, then tilted.
    const excess = drawExponential(rng)
    if (excess * excess > (2 * drawExponential(rng)) / CUT) continue
    const x = CUT / (1 + CUT * excess) ** 2
    if (rng.uniform() <= Math.exp(-0.5 * tilt * tilt * x)) return x
  }
}
