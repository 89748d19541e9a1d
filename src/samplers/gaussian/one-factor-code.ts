/**
 * The inner loop of the collapsed sampler for models with one grouping factor, written out for the sizes at hand: with
 * everything in local variables a class of levels costs a division and a few multiplications. The same loop over arrays
 * stands beside it for pages that forbid generated code; the two agree bit for bit.
 */
import type { LevelClasses } from "./level-classes.ts"

/** Constants of the equations of p coefficients; plain arrays. */
export interface EquationConstants {
  readonly classes: LevelClasses
  /** Cross-products of `[X r]`, lower triangle by rows. */
  readonly gram: Float64Array
  /** Prior precision of each coefficient, and precision times mean. */
  readonly precision: Float64Array
  readonly shift: Float64Array
}

/**
 * Factorises the equations at residual precision `weight` and inverse covariance `inverse` (q × q) of a level's
 * effects: `equations` receives the lower triangle by rows of the Cholesky factor of M, diagonal inverted, then
 * `L⁻¹` times the right side.
 * @returns `r'V⁻¹r` less what the coefficients explain, plus `log|W| + log|M|`; NaN when a matrix is not positive definite
 */
export type Evaluate = (weight: number, inverse: Float64Array, equations: Float64Array) => number

/** Products of determinants beyond these bounds are taken to the logarithms before they leave the range of doubles. */
const LARGE = 1e100
const SMALL = 1e-100

/** Place of the pair (a, b), a ≥ b, in a lower triangle by rows. */
const at = (a: number, b: number): number => (a * (a + 1)) / 2 + b

/**
 * Statements that set `v0 …`, the lower triangle of the inverse of `w0 …`, and `det`. One effect and two by cofactors;
 * three by the factors L D L', whose sums of squares do not cancel.
 */
const INVERT: Readonly<Record<number, readonly string[]>> = {
  1: ["const det = w0", "const v0 = 1 / w0"],
  2: [
    "const det = w0 * w2 - w1 * w1",
    "const over = 1 / det",
    "const v0 = w2 * over",
    "const v1 = -w1 * over",
    "const v2 = w0 * over",
  ],
  3: [
    "const i1 = 1 / w0",
    "const l21 = w1 * i1",
    "const l31 = w3 * i1",
    "const d2 = w2 - l21 * w1",
    "const i2 = 1 / d2",
    "const e = w4 - l31 * w1",
    "const l32 = e * i2",
    "const d3 = w5 - l31 * w3 - l32 * e",
    "const det = d2 > 0 && d3 > 0 ? w0 * d2 * d3 : -1",
    "const v5 = 1 / d3",
    "const m31 = l32 * l21 - l31",
    "const v4 = -l32 * v5",
    "const v3 = m31 * v5",
    "const v2 = i2 - l32 * v4",
    "const v1 = m31 * v4 - l21 * i2",
    "const v0 = i1 + l21 * l21 * i2 + m31 * v3",
  ],
}

/** The same for arrays; returns the determinant. */
const invertInto: Readonly<Record<number, (w: Float64Array, v: Float64Array) => number>> = {
  1: (w, v) => {
    v[0] = 1 / w[0]!
    return w[0]!
  },
  2: (w, v) => {
    const det = w[0]! * w[2]! - w[1]! * w[1]!
    const over = 1 / det
    v[0] = w[2]! * over
    v[1] = -w[1]! * over
    v[2] = w[0]! * over
    return det
  },
  3: (w, v) => {
    const i1 = 1 / w[0]!
    const l21 = w[1]! * i1
    const l31 = w[3]! * i1
    const d2 = w[2]! - l21 * w[1]!
    const i2 = 1 / d2
    const e = w[4]! - l31 * w[1]!
    const l32 = e * i2
    const d3 = w[5]! - l31 * w[3]! - l32 * e
    v[5] = 1 / d3
    const m31 = l32 * l21 - l31
    v[4] = -l32 * v[5]!
    v[3] = m31 * v[5]!
    v[2] = i2 - l32 * v[4]!
    v[1] = m31 * v[4]! - l21 * i2
    v[0] = i1 + l21 * l21 * i2 + m31 * v[3]!
    return d2 > 0 && d3 > 0 ? w[0]! * d2 * d3 : -1
  },
}

/** Generated code where that is allowed, the loops where it is not or when `interpreted`. */
export function bindEvaluate(constants: EquationConstants, interpreted = false): Evaluate {
  if (interpreted) return bindLoops(constants)
  const { classes, gram, precision, shift } = constants
  try {
    const make = new Function(
      ...["constants", "runs", "gram", "precision", "shift"],
      writeEvaluate(classes.q, classes.order),
    )
    return make(classes.constants, classes.runs, gram, precision, shift) as Evaluate
  } catch (error) {
    if (error instanceof EvalError) return bindLoops(constants)
    throw error
  }
}

/** The body of a function that makes an `Evaluate`. */
function writeEvaluate(q: number, p: number): string {
  const entries = count(q).flatMap((i) => count(i + 1).map((j) => [at(i, j), i * q + j] as const))
  return [
    '"use strict"',
    "return (weight, inverse, equations) => {",
    ...entries.map(([k, from]) => `const p${k} = inverse[${from}]`),
    ...writeEquations(q, p, "NaN"),
    ...writeStore(p),
    "return rr - explained + logs",
    "}",
  ].join("\n")
}

const count = (n: number): number[] => Array.from({ length: n }, (_, k) => k)

/**
 * Statements that turn `weight` and `p0 …`, the lower triangle of the inverse covariance, into `rr`, `explained`, `logs` and
 * the equations `l0 …`, `z0 …`. They return `failure` where a matrix is not positive definite.
 */
export function writeEquations(q: number, p: number, failure: string): string[] {
  const triangle = at(q, 0)
  const pairs = at(p + 1, 0)
  const stride = triangle * (1 + pairs)
  const contraction = (k: number): string => {
    const terms = count(triangle).map((t) => `v${t} * constants[o + ${triangle * (1 + k) + t}]`)
    return terms.reduce((sum, term) => `(${sum} + ${term})`)
  }
  const lines = [
    ...count(pairs).map((k) => `let g${k} = 0`),
    "let o = 0, logs = 0",
    "for (let r = 0; r < runs.length; r += 2) {",
    "let product = 1, run = 0",
    "const end = runs[r]",
    `for (let k = 0; k < end; k++, o += ${stride}) {`,
    ...count(triangle).map((t) => `const w${t} = weight * constants[o + ${t}] + p${t}`),
    ...INVERT[q]!,
    `if (!(w0 > 0 && det > 0)) return ${failure}`,
    "product *= det",
    `if (product > ${LARGE} || product < ${SMALL}) { run += Math.log(product); product = 1 }`,
    ...count(pairs).map((k) => `g${k} += ${contraction(k)}`),
    "}",
    "logs += runs[r + 1] * (run + Math.log(product))",
    "}",
    "const square = weight * weight",
    `const rr = weight * gram[${pairs - 1}] - square * g${pairs - 1}`,
    "let explained = 0",
  ]
  for (let a = 0; a < p; a++) {
    for (let b = 0; b <= a; b++) {
      const k = at(a, b)
      lines.push(`let l${k} = weight * gram[${k}] - square * g${k}${a === b ? ` + precision[${a}]` : ""}`)
      for (let c = 0; c < b; c++) lines.push(`l${k} -= l${at(a, c)} * l${at(b, c)}`)
      if (b < a) lines.push(`l${k} *= l${at(b, b)}`)
      else {
        lines.push(
          `if (!(l${k} > 0)) return ${failure}`,
          `logs += Math.log(l${k})`,
          `l${k} = 1 / Math.sqrt(l${k})`,
        )
      }
    }
  }
  for (let a = 0; a < p; a++) {
    const k = at(p, a)
    lines.push(`let s${a} = weight * gram[${k}] - square * g${k} + shift[${a}]`)
    for (let b = 0; b < a; b++) lines.push(`s${a} -= l${at(a, b)} * s${b}`)
    lines.push(`s${a} *= l${at(a, a)}`, `explained += s${a} * s${a}`)
  }
  return lines
}

/** Statements that put what `writeEquations` found into `equations`. */
export const writeStore = (p: number): string[] => [
  ...count(at(p, 0)).map((k) => `equations[${k}] = l${k}`),
  ...count(p).map((a) => `equations[${at(p, a)}] = s${a}`),
]

function bindLoops({ classes, gram, precision, shift }: EquationConstants): Evaluate {
  const { q, order: p, constants, runs } = classes
  const triangle = at(q, 0)
  const pairs = at(p + 1, 0)
  const w = new Float64Array(triangle)
  const v = new Float64Array(triangle)
  const g = new Float64Array(pairs)
  const invert = invertInto[q]!
  return (weight, inverse, equations) => {
    g.fill(0)
    let o = 0
    let logs = 0
    for (let r = 0; r < runs.length; r += 2) {
      let product = 1
      let run = 0
      for (let k = 0; k < runs[r]!; k++) {
        for (let i = 0; i < q; i++) {
          for (let j = 0; j <= i; j++) w[at(i, j)] = weight * constants[o + at(i, j)]! + inverse[i * q + j]!
        }
        const det = invert(w, v)
        if (!(w[0]! > 0 && det > 0)) return Number.NaN
        product *= det
        if (product > LARGE || product < SMALL) {
          run += Math.log(product)
          product = 1
        }
        o += triangle
        for (let pair = 0; pair < pairs; pair++) {
          let sum = v[0]! * constants[o++]!
          for (let t = 1; t < triangle; t++) sum += v[t]! * constants[o++]!
          g[pair]! += sum
        }
      }
      logs += runs[r + 1]! * (run + Math.log(product))
    }
    const square = weight * weight
    const rr = weight * gram[pairs - 1]! - square * g[pairs - 1]!
    let explained = 0
    for (let a = 0; a < p; a++) {
      for (let b = 0; b <= a; b++) {
        const k = at(a, b)
        let value = weight * gram[k]! - square * g[k]!
        if (a === b) value += precision[a]!
        for (let c = 0; c < b; c++) value -= equations[at(a, c)]! * equations[at(b, c)]!
        if (b < a) value *= equations[at(b, b)]!
        else {
          if (!(value > 0)) return Number.NaN
          logs += Math.log(value)
          value = 1 / Math.sqrt(value)
        }
        equations[k] = value
      }
    }
    for (let a = 0; a < p; a++) {
      const k = at(p, a)
      let value = weight * gram[k]! - square * g[k]! + shift[a]!
      for (let b = 0; b < a; b++) value -= equations[at(a, b)]! * equations[k - a + b]!
      value *= equations[at(a, a)]!
      explained += value * value
      equations[k] = value
    }
    return rr - explained + logs
  }
}
