/**
 * A move of the spreads written out as code for a model with one grouping factor: proposal, map, priors, equations and
 * acceptance without an array in between. The same draws, bit for bit, as the functions over arrays that it is written
 * from: `tryReference` and `tryWalk` (`collapsed.ts`), `mapToSpreads`, `evaluateSpread`, `bindLogPrior`, `bindOneFactor`.
 */
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { restPriorsOf } from "./factorisation.ts"
import type { Workspace } from "./factorisation-types.ts"
import type { Spread } from "./gaussian-model.ts"
import { type MarginalData, TRUSTED } from "./marginal.ts"
import { constantTerm, equationConstants } from "./one-factor.ts"
import { writeEquations, writeStore } from "./one-factor-code.ts"
import {
  AUTOREGRESSION,
  DENSITY_AT,
  memoryLayout,
  REFERENCE_AT,
  REFERENCE_DF,
  walkScale,
} from "./reference.ts"
import { coordinatesOf, type SpreadPrior } from "./spread-space.ts"

/**
 * One move: a random-walk step if `walk`, else the autoregressive one. When it is taken, φ, z and their densities in
 * `memory` and the equations in `workspace` are those of the proposal.
 * @returns whether it was taken
 */
export type Move = (memory: Float64Array, rng: Stream, walk: boolean, workspace: Workspace) => boolean

/** Null for models that the code is not written for, and where code may not be generated. */
export function bindMove(data: MarginalData, hasBounds: boolean): Move | null {
  const { classes, statistics, coefficients } = data
  const text = hasBounds ? null : writeMove(data)
  if (text === null || classes === null) return null
  const priors = restPriorsOf(statistics, coefficients)
  const { gram, precision, shift } = equationConstants(statistics, priors, classes)
  const names = ["drawNormal", "drawGamma", "constants", "runs", "gram", "precision", "shift", "constant"]
  try {
    const make = new Function(...names, text)
    const { constants, runs } = classes
    const constant = constantTerm(statistics, priors)
    return make(drawNormal, drawGamma, constants, runs, gram, precision, shift, constant) as Move
  } catch (error) {
    if (error instanceof EvalError) return null
    throw error
  }
}

/** Statements that set `i0 …` (the inverse of spread k, row by row) and `logDeterminant`, from the coordinates `x`. */
function writeInverse(k: number, q: number, x: (i: number) => string): string[] {
  if (q === 1) return [`const i${k}_0 = Math.exp(-2 * ${x(0)})`, `const d${k} = 2 * ${x(0)}`]
  return [
    `const f${k} = Math.exp(-${x(0)}), h${k} = Math.exp(-${x(1)}), e${k} = Math.exp(2 * ${x(2)})`,
    `const c${k} = 0.25 * (e${k} + 2 + 1 / e${k})`,
    `const i${k}_0 = f${k} * f${k} * c${k}, i${k}_3 = h${k} * h${k} * c${k}`,
    `const i${k}_1 = -0.25 * f${k} * h${k} * (e${k} - 1 / e${k}), i${k}_2 = i${k}_1`,
    `const d${k} = 2 * (${x(0)} + ${x(1)}) - Math.log(c${k})`,
  ]
}

/** Log priors of `bindLogPrior` as expressions, by family and what the spread is. */
const PRIORS: Readonly<
  Record<string, (p: readonly number[], k: number, x: (i: number) => string) => string>
> = {
  "inverseGamma of variance": ([shape, scale], k, x) => `${-2 * shape!} * ${x(0)} - ${scale!} * i${k}_0`,
  "halfT of sd": ([df, scale], k, x) => halfT(df!, scale!, k, x),
  "halfCauchy of sd": ([scale], k, x) => halfT(1, scale!, k, x),
  "halfNormal of sd": ([sd], k, x) => `${x(0)} - ${0.5 / (sd! * sd!)} / i${k}_0`,
  "inverseWishart of covariance": (p, k, x) => {
    const trace = [0, 1, 2, 3].map((t) => `${p[t + 1]!} * i${k}_${t}`).join(" + ")
    const density = `${-0.5 * (p[0]! + 3)} * d${k} - 0.5 * (${trace})`
    return `${density} + ${x(0)} + ${x(1)} + d${k}`
  },
  "huangWand of covariance": ([df, ...scales], k, x) => {
    const n = df! + 1
    const term = (t: number) =>
      `${0.5 * (n + 1)} * Math.log(${df!} * i${k}_${3 * t} + ${1 / (scales[t]! * scales[t]!)})`
    return `${-0.5 * (n + 3)} * d${k} - ${term(0)} - ${term(1)} + ${x(0)} + ${x(1)} + d${k}`
  },
}

function halfT(df: number, scale: number, k: number, x: (i: number) => string): string {
  return `${x(0)} - ${0.5 * (df + 1)} * Math.log1p(${1 / (df * scale * scale)} / i${k}_0)`
}

const keyOf = (spread: Spread, prior: SpreadPrior): string => `${prior.family} of ${spread.kind}`

/** The body of a function that makes a `Move`; null for spreads or priors that it has no words for. */
function writeMove({ spreads, priors, classes, statistics }: MarginalData): string | null {
  const known = spreads.every((spread, k) => {
    const prior = priors[k]!
    return spread.q <= 2 && prior !== null && keyOf(spread, prior) in PRIORS
  })
  if (!known || classes === null) return null
  const firsts: number[] = []
  let d = 0
  for (const spread of spreads) {
    firsts.push(d)
    d += coordinatesOf(spread)
  }
  const { q, order } = classes
  const at = memoryLayout(d, order)
  const all = Array.from({ length: d }, (_, i) => i)
  const residual = spreads.length - 1
  const each = (make: (i: number) => string) => all.map(make)
  const half = 0.5 * (REFERENCE_DF + d)
  const lines = [
    '"use strict"',
    "return (memory, rng, walk, { inverse, equations, weights }) => {",
    ...each((i) => `const z${i} = memory[${at.z + i}]`),
    ...each((i) => `let y${i} = 0`),
    "if (walk) {",
    ...each((i) => `y${i} = z${i} + ${walkScale(d)} * drawNormal(rng)`),
    "} else {",
    `const squares = ${["" + REFERENCE_DF, ...each((i) => `z${i} * z${i}`)].join(" + ")}`,
    `const spread = ${Math.sqrt(1 - AUTOREGRESSION ** 2)} * Math.sqrt(squares / (2 * drawGamma(rng, ${half})))`,
    ...each((i) => `y${i} = ${AUTOREGRESSION} * z${i} + spread * drawNormal(rng)`),
    "}",
    "const threshold = Math.log(rng.uniform())",
    "let jacobian = 1",
    ...all.flatMap((j) => [
      `let b${j} = y${j}`,
      `const sinh${j} = memory[${at.skew + j}]`,
      `if (sinh${j} !== 0) {`,
      `const cosh = Math.sqrt(1 + sinh${j} * sinh${j}), root = Math.sqrt(1 + y${j} * y${j})`,
      `b${j} = y${j} * cosh + root * sinh${j}`,
      `jacobian *= cosh + (y${j} * sinh${j}) / root`,
      "}",
    ]),
    ...each((i) => {
      const terms = all.slice(0, i + 1).map((j) => `memory[${at.factor + i * d + j}] * b${j}`)
      return `const x${i} = ${[`memory[${at.centre + i}]`, ...terms].join(" + ")}`
    }),
    "const logJacobian = jacobian === 1 ? 0 : Math.log(jacobian)",
    "let total = 0",
  ]
  spreads.forEach((spread, k) => {
    const x = (i: number) => `x${firsts[k]! + i}`
    const prior = priors[k]!
    lines.push(
      ...writeInverse(k, spread.q, x),
      `total += ${PRIORS[keyOf(spread, prior)]!(prior.parameters, k, x)}`,
    )
  })
  const { squares, rows, levels, ownTerms } = statistics
  lines.push(
    "if (!(total > -Infinity)) return false",
    `if (${squares} * i${residual}_0 > ${TRUSTED}) return false`,
    `const variance = 1 / i${residual}_0`,
    "const weight = 1 / variance",
    `const logPriors = 0 + ${ownTerms.map(({ effect }) => `d${effect}`).join(" + ")}`,
  )
  const inverse: (string | undefined)[] = []
  for (const { effect, first } of ownTerms) {
    const own = spreads[effect]!.q
    for (let t = 0; t < own; t++) {
      for (let u = 0; u < own; u++) inverse[(first + t) * q + first + u] = `i${effect}_${t * own + u}`
    }
  }
  for (let i = 0, k = 0; i < q; i++) {
    for (let j = 0; j <= i; j++, k++) lines.push(`const p${k} = ${inverse[i * q + j] ?? 0}`)
  }
  const squaresOf = (name: string) => each((i) => `${name}${i} * ${name}${i}`).join(" + ")
  lines.push(
    ...writeEquations(q, order, "false"),
    `const likelihood = -0.5 * (rr - explained + logs + constant + ${rows} * Math.log(variance) + ${levels} * logPriors)`,
    "const density = total + likelihood + logJacobian",
    `const reference = ${-half} * Math.log(1 + (0 + ${squaresOf("y")}) / ${REFERENCE_DF})`,
    `const before = walk ? memory[${DENSITY_AT}] : memory[${DENSITY_AT}] - memory[${REFERENCE_AT}]`,
    "if (!(threshold < (walk ? density : density - reference) - before)) return false",
    ...each((i) => `memory[${at.phi + i}] = x${i}`),
    ...each((i) => `memory[${at.z + i}] = y${i}`),
    `memory[${DENSITY_AT}] = density`,
    `memory[${REFERENCE_AT}] = reference`,
    "weights[0] = weight",
    ...writeStore(order),
  )
  for (let k = 0; k < q * q; k++) {
    if (inverse[k] !== undefined) lines.push(`inverse[${k}] = ${inverse[k]}`)
  }
  lines.push("return true", "}")
  return lines.join("\n")
}
