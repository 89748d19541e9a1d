import betaln from "@stdlib/math-base-special-betaln"
import { parameter } from "./distribution.ts"
import { outside, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

const isCount = (value: number): boolean => value >= 0 && Number.isInteger(value)
const isValid = (n1: number, n2: number, m: number, psi: number): boolean =>
  isCount(n1) && isCount(n2) && isCount(m) && m <= n1 + n2 && psi > 0 && psi < Infinity

const lowest = (_n1: number, n2: number, m: number): number => Math.max(0, m - n2)
const highest = (n1: number, _n2: number, m: number): number => Math.min(n1, m)

/** Mass at k over mass at k − 1. */
const ratio = (k: number, n1: number, n2: number, m: number, psi: number): number =>
  (((n1 - k + 1) * (m - k + 1)) / (k * (n2 - m + k))) * psi

/** The ratio falls with k, and is 1 at a root of a quadratic; found by bisection, so that no root is chosen wrongly. */
function modeOf(n1: number, n2: number, m: number, psi: number): number {
  let low = lowest(n1, n2, m)
  let high = highest(n1, n2, m)
  while (low < high) {
    const mid = Math.ceil(low + 0.5 * (high - low))
    if (ratio(mid, n1, n2, m, psi) >= 1) low = mid
    else high = mid - 1
  }
  return low
}

/** Σ (k − centre)^power · mass(k) / mass(mode) over lower ≤ k ≤ upper, outwards from the mode. */
function sumFrom(
  lower: number,
  upper: number,
  power: 0 | 1 | 2,
  centre: number,
  n1: number,
  n2: number,
  m: number,
  psi: number,
): number {
  const mode = modeOf(n1, n2, m, psi)
  const top = highest(n1, n2, m)
  const bottom = lowest(n1, n2, m)
  let sum = mode >= lower && mode <= upper ? (mode - centre) ** power : 0
  let mass = 1
  for (let k = mode + 1; k <= top && k <= upper && mass > 0; k++) {
    mass *= ratio(k, n1, n2, m, psi)
    if (k >= lower) sum += mass * (k - centre) ** power
  }
  mass = 1
  for (let k = mode; k > bottom && k > lower && mass > 0; k--) {
    mass /= ratio(k, n1, n2, m, psi)
    if (k - 1 <= upper) sum += mass * (k - 1 - centre) ** power
  }
  return sum
}

const total = (n1: number, n2: number, m: number, psi: number): number =>
  sumFrom(-Infinity, Infinity, 0, 0, n1, n2, m, psi)

/** log of C(n, k) less a constant of n. */
const logChoose = (n: number, k: number): number => -betaln(n - k + 1, k + 1)

/** log mass less a constant of n1 and n2. */
const logWeight = (k: number, n1: number, n2: number, m: number, psi: number): number =>
  logChoose(n1, k) + logChoose(n2, m - k) + k * Math.log(psi)

const meanOf = (n1: number, n2: number, m: number, psi: number): number => {
  const mode = modeOf(n1, n2, m, psi)
  return mode + sumFrom(-Infinity, Infinity, 1, mode, n1, n2, m, psi) / total(n1, n2, m, psi)
}

/**
 * Hypergeometric(successes n1, failures n2, draws m, oddsRatio ψ), Fisher's noncentral: mass ∝ C(n1, x) C(n2, m − x) ψ^x,
 * max(0, m − n2) ≤ x ≤ min(n1, m). ψ = 1 is the ordinary one. Density and cdf cost a sum over the support, outwards from the mode:
 * J. G. Liao and O. Rosen (2001), Fast and stable algorithms for computing and sampling from the noncentral hypergeometric
 * distribution, The American Statistician 55, 366–369.
 */
export const hypergeometric: ScalarFamily = scalarFamily(
  {
    name: "hypergeometric",
    label: "Hypergeometric",
    latex: "\\operatorname{Hypergeometric}",
    discrete: true,
    parameters: [
      parameter("successes", "count", "members that count"),
      parameter("failures", "count", "members that do not"),
      parameter("draws", "count", "members drawn"),
      parameter("oddsRatio", "positive", "odds of a member that counts; 1 for the ordinary distribution"),
    ],
    relation: {
      holds: ([n1, n2, m]) => m! <= n1! + n2!,
      text: "draws must not exceed successes + failures",
      remedy: "draw at most as many as there are",
    },
  },
  {
    lower: lowest,
    upper: highest,
    logDensity: (x, n1, n2, m, psi) => {
      if (!isValid(n1, n2, m, psi)) return NaN
      if (!(x >= lowest(n1, n2, m) && x <= highest(n1, n2, m) && Number.isInteger(x))) return outside(x)
      const mode = modeOf(n1, n2, m, psi)
      return logWeight(x, n1, n2, m, psi) - logWeight(mode, n1, n2, m, psi) - Math.log(total(n1, n2, m, psi))
    },
    sample: (rng, n1, n2, m, psi) => {
      if (!isValid(n1, n2, m, psi)) return NaN
      const mode = modeOf(n1, n2, m, psi)
      const bottom = lowest(n1, n2, m)
      const top = highest(n1, n2, m)
      let rest = rng.uniform() * total(n1, n2, m, psi) - 1
      // Outwards from the mode, the larger neighbour first, so that few steps are taken.
      let up = mode
      let down = mode
      let massUp = up < top ? ratio(up + 1, n1, n2, m, psi) : 0
      let massDown = down > bottom ? 1 / ratio(down, n1, n2, m, psi) : 0
      let at = mode
      while (rest > 0 && massUp + massDown > 0) {
        if (massUp >= massDown) {
          rest -= massUp
          at = ++up
          massUp = up < top ? massUp * ratio(up + 1, n1, n2, m, psi) : 0
        } else {
          rest -= massDown
          at = --down
          massDown = down > bottom ? massDown / ratio(down, n1, n2, m, psi) : 0
        }
      }
      return at
    },
    mean: meanOf,
    variance: (n1, n2, m, psi) => {
      const mean = meanOf(n1, n2, m, psi)
      return sumFrom(-Infinity, Infinity, 2, mean, n1, n2, m, psi) / total(n1, n2, m, psi)
    },
    cdf: (x, n1, n2, m, psi) =>
      Number.isNaN(x) ? NaN : sumFrom(-Infinity, x, 0, 0, n1, n2, m, psi) / total(n1, n2, m, psi),
    survival: (x, n1, n2, m, psi) =>
      Number.isNaN(x)
        ? NaN
        : sumFrom(Math.floor(x) + 1, Infinity, 0, 0, n1, n2, m, psi) / total(n1, n2, m, psi),
  },
)
