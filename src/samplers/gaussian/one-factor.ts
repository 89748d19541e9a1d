/**
 * Models with one grouping factor: evaluations by classes of levels (`level-classes.ts`, `one-factor-code.ts`), draws of
 * the effects level by level. Same mathematics as `factorisation.ts`, of which it is the special case.
 */
import { fillNormals } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import type { Likelihood, RestPriors, SpreadValue } from "./factorisation-types.ts"
import type { LevelClasses } from "./level-classes.ts"
import { bindEvaluate, type EquationConstants } from "./one-factor-code.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** The likelihood of the spreads of a model with one grouping factor. @param interpreted loops over arrays instead of generated code */
export function bindOneFactor(
  s: GaussianStatistics,
  priors: RestPriors,
  classes: LevelClasses,
  interpreted?: boolean,
): Likelihood {
  const { q, order: p } = classes
  const evaluate = bindEvaluate(equationConstants(s, priors, classes), interpreted)
  const inverse = new Float64Array(q * q)
  const equations = new Float64Array(((p + 1) * (p + 2)) / 2)
  const draw = new Float64Array(p)
  const drawEffects = bindDrawEffects(s, classes, inverse, draw)
  const rightSide = (p * (p + 1)) / 2
  const constant = constantTerm(s, priors)
  const weights = Float64Array.of(1)
  return {
    evaluate(effects, variance) {
      const weight = 1 / variance
      weights[0] = weight
      const logPriors = gatherInverse(s, effects, inverse)
      const rest = evaluate(weight, inverse, equations)
      return -0.5 * (rest + constant + s.rows * Math.log(variance) + s.levels * logPriors)
    },
    drawCoefficients(state, noise) {
      for (let a = 0; a < p; a++) draw[a] = equations[rightSide + a]! + noise[a]!
      for (let a = p - 1; a >= 0; a--) {
        let value = draw[a]!
        for (let b = a + 1; b < p; b++) value -= equations[(b * (b + 1)) / 2 + a]! * draw[b]!
        draw[a] = value * equations[(a * (a + 3)) / 2]!
        state[s.restSlots[a]!] = s.centre[a]! + draw[a]!
      }
    },
    drawEffects: (state, rng) => drawEffects(weights[0]!, state, rng),
    workspace: { inverse, equations, weights },
  }
}

export const equationConstants = (
  s: GaussianStatistics,
  priors: RestPriors,
  classes: LevelClasses,
): EquationConstants => ({
  classes,
  gram: gramOf(s),
  precision: priors.precision,
  shift: priors.precision.map((precision, a) => precision * priors.mean[a]!),
})

/** Terms of the coefficients' priors, and of the number of rows: the same in every evaluation. */
export const constantTerm = (s: GaussianStatistics, { quadratic, logPrecision }: RestPriors): number =>
  s.rows * Math.log(2 * Math.PI) + quadratic - logPrecision

/** Inverse covariance of a level's effects, the terms' own along the diagonal; returns the sum of their log determinants. */
function gatherInverse(
  s: GaussianStatistics,
  effects: readonly SpreadValue[],
  inverse: Float64Array,
): number {
  let logDeterminant = 0
  for (let k = 0; k < s.ownTerms.length; k++) {
    const { effect, first } = s.ownTerms[k]!
    const { q, inverse: own, logDeterminant: ofTerm } = effects[effect]!
    logDeterminant += ofTerm
    for (let t = 0; t < q; t++) {
      for (let u = 0; u < q; u++) inverse[(first + t) * s.q + first + u] = own[t * q + u]!
    }
  }
  return logDeterminant
}

/** Cross-products of `[X r]`, lower triangle by rows. */
function gramOf({ rest, restSquares, restResponse, squares }: GaussianStatistics): Float64Array {
  const gram: number[] = []
  for (let a = 0; a < rest; a++) {
    for (let b = 0; b <= a; b++) gram.push(restSquares[a * rest + b]!)
  }
  return Float64Array.from([...gram, ...restResponse, squares])
}

type DrawEffects = (weight: number, state: Float64Array, rng: Stream) => void

/**
 * `L'u = L⁻¹ Z'(r − Xδ)/σ² + ε` for every level, with one Cholesky factor `W = LL'` for each class. `inverse` and `draw`
 * hold the inverse covariance and the coefficients' draw when it is called.
 */
function bindDrawEffects(
  s: GaussianStatistics,
  classes: LevelClasses,
  inverse: Float64Array,
  draw: Float64Array,
): DrawEffects {
  const { q, order: p, constants, classOf, right } = classes
  const { levels, ownSlots } = s
  const triangle = (q * (q + 1)) / 2
  const stride = triangle * (1 + ((p + 1) * (p + 2)) / 2)
  const count = constants.length / stride
  /** Lower triangles by rows of the factors, diagonals inverted. */
  const factors = new Float64Array(count * triangle)
  const width = (p + 1) * q
  const noise = new Float64Array(levels * q)
  if (q === 1) {
    return (weight, state, rng) => {
      const prior = inverse[0]!
      fillNormals(rng, noise, levels)
      for (let c = 0; c < count; c++) factors[c] = 1 / Math.sqrt(weight * constants[c * stride]! + prior)
      for (let l = 0, at = 0; l < levels; l++, at += width) {
        let value = right[at]!
        for (let a = 0; a < p; a++) value -= right[at + 1 + a]! * draw[a]!
        const root = factors[classOf[l]!]!
        state[ownSlots[l]!] = (weight * value * root + noise[l]!) * root
      }
    }
  }
  if (q === 2) {
    return (weight, state, rng) => {
      const prior11 = inverse[0]!
      const prior21 = inverse[2]!
      const prior22 = inverse[3]!
      fillNormals(rng, noise, 2 * levels)
      for (let c = 0, o = 0; c < 3 * count; c += 3, o += stride) {
        const root1 = 1 / Math.sqrt(weight * constants[o]! + prior11)
        const below = (weight * constants[o + 1]! + prior21) * root1
        factors[c] = root1
        factors[c + 1] = below
        factors[c + 2] = 1 / Math.sqrt(weight * constants[o + 2]! + prior22 - below * below)
      }
      for (let l = 0, at = 0; l < levels; l++, at += width) {
        let first = right[at]!
        let second = right[at + 1]!
        for (let a = 0, e = at + 2; a < p; a++, e += 2) {
          const other = draw[a]!
          first -= right[e]! * other
          second -= right[e + 1]! * other
        }
        const base = 3 * classOf[l]!
        const root1 = factors[base]!
        const below = factors[base + 1]!
        const root2 = factors[base + 2]!
        first *= weight * root1
        second = (weight * second - below * first) * root2
        const u2 = (second + noise[2 * l]!) * root2
        state[ownSlots[2 * l + 1]!] = u2
        state[ownSlots[2 * l]!] = (first + noise[2 * l + 1]! - below * u2) * root1
      }
    }
  }
  const factorise = (weight: number): void => {
    for (let c = 0; c < count; c++) {
      const base = c * triangle
      for (let i = 0, k = 0; i < q; i++) {
        for (let j = 0; j <= i; j++, k++) {
          let value = weight * constants[c * stride + k]! + inverse[i * q + j]!
          const row = base + (i * (i + 1)) / 2
          const column = base + (j * (j + 1)) / 2
          for (let m = 0; m < j; m++) value -= factors[row + m]! * factors[column + m]!
          factors[base + k] = i === j ? 1 / Math.sqrt(value) : value * factors[column + j]!
        }
      }
    }
  }
  const x = new Float64Array(q)
  return (weight, state, rng) => {
    factorise(weight)
    fillNormals(rng, noise, levels * q)
    for (let l = 0, at = 0; l < levels; l++, at += width) {
      const base = triangle * classOf[l]!
      for (let t = 0; t < q; t++) {
        let value = right[at + t]!
        for (let a = 0; a < p; a++) value -= right[at + (1 + a) * q + t]! * draw[a]!
        value *= weight
        const row = base + (t * (t + 1)) / 2
        for (let m = 0; m < t; m++) value -= factors[row + m]! * x[m]!
        x[t] = value * factors[row + t]!
      }
      for (let t = q - 1; t >= 0; t--) {
        let value = x[t]! + noise[l * q + t]!
        for (let m = t + 1; m < q; m++) value -= factors[base + (m * (m + 1)) / 2 + t]! * x[m]!
        x[t] = value * factors[base + (t * (t + 3)) / 2]!
        state[ownSlots[l * q + t]!] = x[t]!
      }
    }
  }
}
