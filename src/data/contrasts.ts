/** Contrast codings of factors, as R's `contr.*` functions give them. */

import { ModelError, OptionError, suggest } from "../core/errors.ts"

export type ContrastKind = "treatment" | "sum" | "helmert" | "poly"

export interface ContrastMatrix {
  /** Suffix of each coefficient's name: `sex` and `M` give `sexM`. */
  readonly names: readonly string[]
  /** `matrix[l][k]` is the value of column `k` for level `l`. */
  readonly matrix: readonly (readonly number[])[]
}

type Coding = (levels: readonly string[]) => ContrastMatrix

const codings: Readonly<Record<ContrastKind, Coding>> = {
  treatment: codeTreatment,
  sum: codeSum,
  helmert: codeHelmert,
  poly: codePoly,
}

/** The codings there are. */
export const contrastKinds = Object.keys(codings) as readonly ContrastKind[]

/**
 * The coding of a factor in `levels.length - 1` columns, each the values of R's `contr.treatment` (the first level is
 * the reference), `contr.sum`, `contr.helmert` or `contr.poly` (orthonormal polynomials of the level numbers).
 *
 * @throws ModelError `too-few-levels` below two levels
 * @throws OptionError `unknown-contrasts` for a kind that does not exist
 */
export function contrastMatrix(kind: ContrastKind, levels: readonly string[]): ContrastMatrix {
  if (!Object.hasOwn(codings, kind)) {
    throw new OptionError(`no contrasts called "${kind}"`, {
      code: "unknown-contrasts",
      where: "option contrasts",
      hint: suggest(kind, contrastKinds),
    })
  }
  if (levels.length < 2) {
    const found = levels.length === 0 ? "none" : `only "${levels[0]}"`
    throw new ModelError(`contrasts need a factor with at least two levels, found ${found}`, {
      code: "too-few-levels",
      hint: "leave the factor out of the formula",
    })
  }
  return codings[kind](levels)
}

/** Indicator coding, one column a level, as R codes a factor where no intercept or main effect stands for its mean. */
export function fullDummies(levels: readonly string[]): ContrastMatrix {
  return { names: [...levels], matrix: fill(levels.length, levels.length, (l, k) => (l === k ? 1 : 0)) }
}

function codeTreatment(levels: readonly string[]): ContrastMatrix {
  const n = levels.length
  return { names: levels.slice(1), matrix: fill(n, n - 1, (l, k) => (l === k + 1 ? 1 : 0)) }
}

function codeSum(levels: readonly string[]): ContrastMatrix {
  const n = levels.length
  return { names: numbers(n - 1), matrix: fill(n, n - 1, (l, k) => (l === n - 1 ? -1 : l === k ? 1 : 0)) }
}

function codeHelmert(levels: readonly string[]): ContrastMatrix {
  const n = levels.length
  return {
    names: numbers(n - 1),
    matrix: fill(n, n - 1, (l, k) => (l <= k ? -1 : l === k + 1 ? k + 1 : 0)),
  }
}

/**
 * Orthonormal polynomials on 1..n with positive leading coefficients, by the Stieltjes process: the next column is the
 * last one times the centred level number, made orthogonal to all columns before it. Doing that twice keeps the
 * columns orthogonal to rounding error at every degree (Gautschi 2004, Orthogonal Polynomials:
 * Computation and Approximation, section 2.2).
 */
function codePoly(levels: readonly string[]): ContrastMatrix {
  const n = levels.length
  const basis: Float64Array[] = [new Float64Array(n).fill(1 / Math.sqrt(n))]
  for (let degree = 1; degree < n; degree++) {
    const next = basis[degree - 1]!.map((value, l) => value * (l - (n - 1) / 2))
    for (let pass = 0; pass < 2; pass++) {
      for (const column of basis) {
        const projection = dot(next, column)
        for (let l = 0; l < n; l++) next[l]! -= projection * column[l]!
      }
    }
    const norm = Math.sqrt(dot(next, next))
    basis.push(next.map((value) => value / norm))
  }
  const names = Array.from({ length: n - 1 }, (_, k) => [".L", ".Q", ".C"][k] ?? `^${k + 1}`)
  return { names, matrix: fill(n, n - 1, (l, k) => basis[k + 1]![l]!) }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function fill(rows: number, columns: number, value: (l: number, k: number) => number): number[][] {
  return Array.from({ length: rows }, (_, l) => Array.from({ length: columns }, (_, k) => value(l, k)))
}

function numbers(n: number): string[] {
  return Array.from({ length: n }, (_, k) => String(k + 1))
}
