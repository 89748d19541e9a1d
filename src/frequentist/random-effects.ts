/** BLUPs, their conditional variances and the variance components, back on the scale of the data. */

import { lowerTriangularFactor } from "../math/triangular-factor.ts"
import { assembleFactors, fromInternal } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import { evaluateCriterion } from "./criterion.ts"
import type { GroupingFactor } from "./grouping-factors.ts"
import { addLazy } from "./lazy.ts"
import type { RandomEffectRow, RandomEffects, TermCovariance, VarianceComponent } from "./lmm-estimate.ts"
import { applyBlocks } from "./score.ts"
import { invertEquations } from "./selected-inverse.ts"
import type { TermStructure } from "./structures/term-parameters.ts"

/**
 * Of each grouping factor the conditional modes `b = T u` and their variances given y, β and θ,
 * `σ² T [M⁻¹]_jj T'` (Bates et al. 2015, section 5, conditional variances), computed when first asked for. Call after an
 * evaluation at the same factors.
 *
 * @param termFactors T of each term, internal coordinates
 * @param sigma residual standard deviation on the scale of the data
 */
export function extractRandomEffects(
  criterion: Criterion,
  termFactors: readonly Float64Array[],
  sigma: number,
): readonly RandomEffects[] {
  const { system } = criterion
  const factors = assembleFactors(system, termFactors)
  const names = system.design.random
  return system.factors.map((factor, f) => {
    const columnNames = factor.terms.flatMap((term) => names[term.designIndex]!.terms)
    const terms = [...new Set(columnNames)]
    const place = columnNames.map((name) => terms.indexOf(name))
    const effects = solutionOf(criterion, f)
    const internal = applyBlocks(effects, factor.width, factors[f]!)
    const back = userTransform(factor)
    const b = applyBlocks(internal, factor.width, back)
    const values = new Float64Array(factor.levels.length * terms.length)
    b.forEach((value, i) => {
      const to = Math.floor(i / factor.width) * terms.length + place[i % factor.width]!
      values[to] = values[to]! + value * system.responseScale
    })
    return addLazy(
      { group: factor.group, levels: factor.levels, terms, values },
      "conditionalVariances",
      () => {
        evaluateCriterion(criterion, termFactors)
        invertEquations(criterion.equations, false)
        const root = multiply(back, factors[f]!, factor.width)
        const block = inverseBlocks(criterion, f)
        return factor.levels.map((_, level) => {
          return conditionalVariance(block(level), root, factor.width, place, terms.length, sigma)
        })
      },
    )
  })
}

/** The solution of a factor, a view. */
function solutionOf({ system, equations }: Criterion, f: number): Float64Array {
  const { layout } = system.cross
  const c = layout.chain.findIndex((chain) => chain.factor === f)
  if (c >= 0) return equations.effects[c]!
  const start = layout.tailStart[f]!
  const { levels, width } = system.factors[f]!
  return equations.tailSolution.subarray(start, start + levels.length * width)
}

/** The diagonal blocks of the inverse that belong to a factor, row-major q × q. */
function inverseBlocks({ system, equations }: Criterion, f: number): (level: number) => Float64Array {
  const { layout } = system.cross
  const q = system.factors[f]!.width
  const c = layout.chain.findIndex((chain) => chain.factor === f)
  if (c >= 0) return (level) => equations.inverseDiagonal[c]!.subarray(level * q * q, (level + 1) * q * q)
  const start = layout.tailStart[f]!
  const { tailSize } = layout
  return (level) => {
    const block = new Float64Array(q * q)
    for (let a = 0; a < q; a++) {
      const row = (start + level * q + a) * tailSize + start + level * q
      for (let b = 0; b < q; b++) block[a * q + b] = equations.inverseTail[row + b]!
    }
    return block
  }
}

/** Block diagonal of the R⁻¹ of the terms: from internal coefficients to those of the user's columns. */
function userTransform(factor: GroupingFactor): Float64Array {
  const size = factor.width
  const transform = new Float64Array(size * size)
  for (const term of factor.terms) {
    const { width: q, offset } = term
    const identity = new Float64Array(q * q)
    for (let i = 0; i < q; i++) identity[i * q + i] = 1
    const inverse = fromInternal(term, identity, q)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) transform[(offset + a) * size + offset + b] = inverse[a * q + b]!
    }
  }
  return transform
}

function conditionalVariance(
  inverse: Float64Array,
  root: Float64Array,
  q: number,
  place: readonly number[],
  size: number,
  sigma: number,
): Float64Array {
  const half = multiply(root, inverse, q)
  const variance = new Float64Array(size * size)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      let sum = 0
      for (let k = 0; k < q; k++) sum += half[a * q + k]! * root[b * q + k]!
      const to = place[a]! * size + place[b]!
      variance[to] = variance[to]! + sigma * sigma * sum
    }
  }
  return variance
}

function multiply(a: Float64Array, b: Float64Array, q: number): Float64Array {
  const product = new Float64Array(q * q)
  for (let i = 0; i < q; i++) {
    for (let k = 0; k < q; k++) {
      for (let j = 0; j < q; j++) product[i * q + j] = product[i * q + j]! + a[i * q + k]! * b[k * q + j]!
    }
  }
  return product
}

/** BLUPs as rows, one record entry a group. */
export function tabulateRandomEffects(effects: readonly RandomEffects[]): Record<string, RandomEffectRow[]> {
  return tabulate(effects, ({ terms, values }, j, t) => values[j * terms.length + t]!)
}

/** Square roots of the diagonals of the conditional variances, laid out as the BLUPs. */
export function tabulateConditionalSds(effects: readonly RandomEffects[]): Record<string, RandomEffectRow[]> {
  return tabulate(effects, ({ terms, conditionalVariances }, j, t) => {
    return Math.sqrt(conditionalVariances[j]![t * (terms.length + 1)]!)
  })
}

function tabulate(
  effects: readonly RandomEffects[],
  at: (effects: RandomEffects, level: number, term: number) => number,
): Record<string, RandomEffectRow[]> {
  return Object.fromEntries(
    effects.map((entry) => {
      return [entry.group, entry.levels.map((level, j) => rowOf(level, entry.terms, (t) => at(entry, j, t)))]
    }),
  )
}

/** One level's coefficients by name. */
export function rowOf(
  level: string,
  terms: readonly string[],
  at: (term: number) => number,
): RandomEffectRow {
  const row: Record<string, number | string> & { level: string } = { level }
  terms.forEach((term, t) => {
    row[term] = at(t)
  })
  return row
}

export interface UserCovariance {
  /** Index in `design.random`. */
  readonly designIndex: number
  readonly group: string
  readonly terms: readonly string[]
  readonly structure: TermStructure
  /** Lower triangular relative covariance factor for the user's columns, row-major q × q. */
  readonly factor: Float64Array
}

/** The relative covariance factor of each term for the columns as the user gave them, in the order of θ. */
export function userCovariances(
  criterion: Criterion,
  termFactors: readonly Float64Array[],
): readonly UserCovariance[] {
  const { system } = criterion
  return system.terms.map((term, k) => {
    const { group, terms, structure = "unstructured" } = system.design.random[term.designIndex]!
    const square = fromInternal(term, termFactors[k]!, term.width)
    // A pivot that rounding left where the covariance is singular is to be zero, whatever the columns' units.
    const largest = square.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    const factor = lowerTriangularFactor(square, term.width, term.width, 1e-14 * largest)
    return { designIndex: term.designIndex, group, terms, structure, factor }
  })
}

/** `σ² T T'` of each term. */
export function termCovariances(
  covariances: readonly UserCovariance[],
  sigma: number,
): readonly TermCovariance[] {
  return covariances.map(({ designIndex, group, terms, structure, factor }) => {
    const q = terms.length
    const covariance = new Float64Array(q * q)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        let sum = 0
        for (let k = 0; k < q; k++) sum += factor[a * q + k]! * factor[b * q + k]!
        covariance[a * q + b] = structure === "identity" && a !== b ? 0 : sum * sigma * sigma
      }
    }
    return { designIndex, group, terms, structure, covariance }
  })
}

/** Standard deviations and correlations of each term (none where they are zero by structure), then the residual unless known. */
export function listVarianceComponents(
  covariances: readonly TermCovariance[],
  sigma: number,
  residualKnown = false,
): readonly VarianceComponent[] {
  const rows: VarianceComponent[] = []
  for (const { group, terms, structure, covariance } of covariances) {
    const q = terms.length
    const at = (a: number, b: number) => covariance[a * q + b]!
    terms.forEach((term, a) => {
      rows.push({ group, term, sd: Math.sqrt(at(a, a)), variance: at(a, a) })
    })
    if (structure === "identity") continue
    for (let a = 0; a < q; a++) {
      for (let b = a + 1; b < q; b++) {
        const cov = at(a, b)
        rows.push({
          group,
          term: terms[a]!,
          term2: terms[b]!,
          cov,
          cor: clampCorrelation(cov / Math.sqrt(at(a, a) * at(b, b))),
        })
      }
    }
  }
  if (!residualKnown) rows.push({ group: "residual", sd: sigma, variance: sigma * sigma })
  return rows
}

/** Within [−1, 1] where rounding leaves it just outside; NaN when one of the variances is zero. */
function clampCorrelation(cor: number): number {
  return Math.max(-1, Math.min(1, cor))
}
