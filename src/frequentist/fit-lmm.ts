/**
 * Fits a linear mixed model by REML or maximum likelihood.
 *
 * ```
 *  design ─► system (cross-products, once) ─► criterion and gradient of θ ─► optimum ─► everything reported
 * ```
 */

import studentCdf from "@stdlib/stats-base-dists-t-cdf"
import { NumericalError, OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import { lowerTriangularFactor } from "../math/triangular-factor.ts"
import type { Design } from "../models/formula/design.ts"
import { ranks } from "./boundary.ts"
import { checkMixedDesign } from "./check-design.ts"
import { countTheta, packTheta, toInternal, unpackTheta } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import { createCriterion, evaluateCriterion, evaluateTheta, scaledVariance } from "./criterion.ts"
import type { FitLmmOptions } from "./fit-options.ts"
import { fixedEstimates, unscaledCovariance } from "./fixed-effects.ts"
import { addLazy, once } from "./lazy.ts"
import type { FittedModel, FixedEffect, RandomEffects } from "./lmm-estimate.ts"
import type { LmmFit } from "./lmm-fit.ts"
import { attachMethods } from "./lmm-methods.ts"
import type { LmmSystem } from "./lmm-system.ts"
import { createSystem } from "./lmm-system.ts"
import type { ThetaOptimum } from "./optimise-theta.ts"
import { optimiseTheta } from "./optimise-theta.ts"
import type { UserCovariance } from "./random-effects.ts"
import {
  extractRandomEffects,
  listVarianceComponents,
  termCovariances,
  userCovariances,
} from "./random-effects.ts"
import { differentiateVariance, satterthwaiteDf } from "./satterthwaite.ts"
import type { FittedStructure } from "./structures/fitted-structure.ts"
import {
  differentiateStructured,
  hasStructure,
  reportResidual,
  thetaNamesOf,
  thetaOf,
} from "./structures/fitted-structure.ts"
import { optimiseStructured } from "./structures/optimise-structured.ts"
import type { ResidualModel } from "./structures/residual-model.ts"
import type { StructuredModel } from "./structures/structured-model.ts"
import { createStructuredModel } from "./structures/structured-model.ts"
import { chiSquareTail } from "./tail-probabilities.ts"
import { checkWeights } from "./weights.ts"

/**
 * The model `y = offset + Xβ + Σ_k Z_k b_k + e`, b and e normal, fitted as Bates, Mächler, Bolker & Walker (2015,
 * J. Stat. Softw. 67(1)) define it (Pinheiro & Bates 2000, chapter 2, for the theory), by a Newton search with
 * analytic gradients on cross-products formed once. A search that does not converge gives `converged: false`.
 *
 * With `residualKnown` rows have the residual variances 1/w, as in a meta-analysis of estimates with standard errors.
 *
 * @throws ModelError without a random term, or with one that the data cannot tell from the residual
 * @throws DataError when there are too few rows, a number is not finite or a weight not positive
 * @throws NumericalError when columns of X are collinear, or the response is reproduced exactly
 * @throws OptionError for another `method`, when `start` or `weights` has the wrong length, or `start` a value that is not finite
 */
export function fitLmm(design: Design, options: FitLmmOptions = {}): LmmFit {
  const began = performance.now()
  const residual = options.residual ?? null
  checkMethod(options.method)
  checkMixedDesign(design, residual !== null, options.residualKnown ?? false)
  if (options.weights !== undefined) checkWeights(design, options.weights)
  if (hasStructure(design, residual)) return fitStructured(design, residual, options, began)
  const system = createSystem(design, options.weights ?? null)
  const criterion = createCriterion(
    system,
    options.method ?? "REML",
    options.residualKnown === true ? 1 : null,
  )
  const start = options.start === undefined ? undefined : internalStart(system, options.start)
  if (options.search === false && start === undefined) {
    throw new OptionError("without a search θ has to be given", {
      code: "bad-start",
      where: "option search",
      hint: `give start: one number each for ${thetaNames(system).join(", ")}`,
    })
  }
  const held = options.search === false && start !== undefined
  const optimum = held ? holdTheta(criterion, start) : optimiseTheta(criterion, start, options.signal)
  return assembleFit(criterion, optimum, began, null, options.source ?? null)
}

/** Callers without types write "reml" or "ml", which would otherwise be taken for the one or the other. */
function checkMethod(method: unknown): void {
  if (method === undefined || method === "REML" || method === "ML") return
  throw new OptionError(`found method "${String(method)}", expected "REML" or "ML"`, {
    code: "bad-method",
    where: "option method",
    hint: 'leave it out for "REML"',
  })
}

/** The given θ as if a search had ended there. */
function holdTheta(criterion: Criterion, theta: Float64Array): ThetaOptimum {
  const factors = unpackTheta(criterion.system.terms, theta)
  const { value, gradient } = evaluateTheta(criterion, theta)
  const gradientNorm = gradient.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0)
  return {
    factors,
    value,
    converged: gradientNorm < 1e-3,
    log: ["θ as it was given, without a search"],
    evaluations: 1,
    ranks: ranks(criterion, factors),
    gradientNorm,
    kktResidual: gradientNorm,
  }
}

function fitStructured(
  design: Design,
  residual: ResidualModel | null,
  { method, weights, start, search, signal, residualKnown, source }: FitLmmOptions,
  began: number,
): LmmFit {
  if (search === false) {
    throw new OptionError("a model with structures is searched for, whatever start is given", {
      code: "bad-start",
      where: "option search",
      hint: "leave search out",
    })
  }
  const known = residualKnown === true ? 1 : null
  const model = createStructuredModel(design, method ?? "REML", weights ?? null, residual, known)
  const omega = start === undefined ? undefined : structuredStart(model, start)
  const optimum = optimiseStructured(model, omega, signal)
  const structure = { model, omega: optimum.omega }
  return assembleFit(model.criterionAt(optimum.omega), optimum, began, structure, source ?? null)
}

function structuredStart(model: StructuredModel, theta: Float64Array): Float64Array {
  checkStart(
    theta,
    model.terms.flatMap(({ names }) => names),
    model.design.formula,
  )
  const omega = new Float64Array(model.count)
  for (const { start, count, fromTheta } of model.terms) {
    omega.set(fromTheta(theta.subarray(start, start + count)), start)
  }
  if (model.residual !== null) omega.set(model.residual.start, model.randomCount)
  return omega
}

function checkStart(start: Float64Array, names: readonly string[], where: string): void {
  if (start.length === names.length && start.every((value) => Number.isFinite(value))) return
  throw new OptionError(`start has ${start.length} values, expected ${names.length} finite numbers`, {
    code: "bad-start",
    where,
    hint: `give one number each for ${names.join(", ")}`,
  })
}

const EXACT_SHARE = 1e-9

function internalStart(system: LmmSystem, start: Float64Array): Float64Array {
  checkStart(start, thetaNames(system), system.design.formula)
  const factors = unpackTheta(system.terms, start).map((t, k) => {
    const term = system.terms[k]!
    return lowerTriangularFactor(toInternal(term, t), term.width, term.width, 0)
  })
  return packTheta(system.terms, factors)
}

/** The fit of a model without structures whose optimum is known. */
export function restoreFit({ design, method, weights, knownVariance, factors }: FittedModel): LmmFit {
  const began = performance.now()
  const criterion = createCriterion(createSystem(design, weights), method, knownVariance)
  const { value } = evaluateCriterion(criterion, factors)
  const optimum: ThetaOptimum = {
    factors,
    value,
    converged: true,
    log: [],
    evaluations: 1,
    ranks: ranks(criterion, factors),
    gradientNorm: 0,
    kktResidual: 0,
  }
  return assembleFit(criterion, optimum, began, null, null)
}

function assembleFit(
  criterion: Criterion,
  optimum: ThetaOptimum,
  began: number,
  structure: FittedStructure | null,
  source: Table | null,
): LmmFit {
  const { system, method, df, knownVariance } = criterion
  const { design } = system
  const residualKnown = knownVariance !== null
  const sensitivity = once(() => {
    const found =
      structure === null
        ? differentiateVariance(criterion, optimum.factors)
        : differentiateStructured(structure)
    // The differences left the workspace elsewhere: back to the optimum, where the reader may have left it.
    evaluateCriterion(criterion, optimum.factors)
    return found
  })
  const { residualSquares } = evaluateCriterion(criterion, optimum.factors)
  // The response inside has unit variance: this little of it left, and the search still on its way to infinity.
  if (!(residualSquares > EXACT_SHARE * df) && !optimum.converged) {
    throw new NumericalError(
      "the residual variance went to zero: the random effects reproduce the response",
      {
        code: "exact-fit",
        where: design.formula,
        hint: "check for rows copied within groups, or use fewer random effects",
      },
    )
  }
  const sigma = Math.sqrt(scaledVariance(criterion, residualSquares)) * system.responseScale
  const unscaled = unscaledCovariance(criterion)
  const vcov = unscaled.map((value) => value * sigma * sigma)
  const estimates = fixedEstimates(criterion)
  const covariances = userCovariances(criterion, optimum.factors)
  const randomEffects = extractRandomEffects(criterion, optimum.factors, sigma)
  const fitted = fittedValues(design, estimates, randomEffects)
  const rankList = system.terms.map((term, k) => {
    return { group: design.random[term.designIndex]!.group, size: term.width, rank: optimum.ranks[k]! }
  })
  const parameters =
    (structure?.model.count ?? countTheta(system)) + estimates.length + (residualKnown ? 0 : 1)
  const matrices = termCovariances(covariances, sigma)
  const refit = (response: ArrayLike<number>): LmmFit => {
    const weights = structure === null ? system.weights : structure.model.weights
    const residual = structure?.model.residual ?? null
    return fitLmm(withResponse(design, response), {
      method,
      ...(weights === null ? {} : { weights }),
      ...(residual === null ? {} : { residual }),
      residualKnown,
      source,
    })
  }
  return attachMethods(refit, {
    formula: design.formula,
    method,
    criterion: optimum.value,
    logLik: -0.5 * optimum.value,
    parameters,
    aic: optimum.value + 2 * parameters,
    bic: optimum.value + Math.log(design.nobs) * parameters,
    sigma,
    residualKnown,
    theta: structure === null ? packTheta(system.terms, covariances.map(factorOf)) : thetaOf(structure),
    thetaNames: structure === null ? thetaNames(system) : thetaNamesOf(structure),
    nobs: design.nobs,
    singular: rankList.some(({ size, rank }) => rank < size),
    ranks: rankList,
    converged: optimum.converged,
    log: optimum.log,
    evaluations: optimum.evaluations,
    gradientNorm: optimum.gradientNorm,
    kktResidual: optimum.kktResidual,
    seconds: (performance.now() - began) / 1000,
    fixed: listFixedEffects(design, estimates, vcov, residualKnown, (contrast) => {
      const found = sensitivity()
      return found === null ? null : satterthwaiteDf(found, contrast)
    }),
    vcov,
    varcorr: listVarianceComponents(matrices, sigma, residualKnown),
    covariances: matrices,
    randomEffects,
    fitted,
    residuals: fitted.map((value, i) => design.response.values[i]! - value),
    design,
    source,
    weights: system.weights,
    residual: reportResidual(structure),
    state: addLazy({ criterion, factors: optimum.factors, structure }, "sensitivity", sensitivity),
  })
}

/** @throws OptionError for a response of another length */
function withResponse(design: Design, response: ArrayLike<number>): Design {
  if (response.length === design.nobs) {
    return { ...design, response: { ...design.response, values: Float64Array.from(response) } }
  }
  throw new OptionError(
    `found a response of ${response.length} values, expected one for each of ${design.nobs} rows`,
    {
      code: "bad-response",
      where: design.formula,
      hint: "give the rows that the fit used alone, those of design.rowIndex; of other rows make a new fit",
    },
  )
}

function factorOf(covariance: UserCovariance): Float64Array {
  return covariance.factor
}

function thetaNames(system: LmmSystem): readonly string[] {
  return system.terms.flatMap((term) => {
    const { group, terms } = system.design.random[term.designIndex]!
    return terms.flatMap((column, c) => {
      return terms.slice(c).map((row, r) => (r === 0 ? `${group}.${column}` : `${group}.${row}.${column}`))
    })
  })
}

function listFixedEffects(
  design: Design,
  estimates: Float64Array,
  vcov: Float64Array,
  residualKnown: boolean,
  degreesOfFreedom: (contrast: Float64Array) => number | null,
): readonly FixedEffect[] {
  const p = estimates.length
  return design.fixed.names.map((name, j) => {
    const estimate = estimates[j]!
    const se = Math.sqrt(vcov[j * p + j]!)
    const t = estimate / se
    if (residualKnown) return { name, estimate, se, t, df: null, p: chiSquareTail(t * t, 1) }
    const df = once(() => {
      const contrast = new Float64Array(p)
      contrast[j] = 1
      const raw = degreesOfFreedom(contrast)
      return raw === null || !(raw > 0) || !Number.isFinite(raw) ? null : raw
    })
    const effect = addLazy({ name, estimate, se, t }, "df", df)
    return addLazy(effect, "p", () => {
      const value = df()
      return value === null ? null : 2 * studentCdf(-Math.abs(t), value)
    })
  })
}

function fittedValues(
  design: Design,
  estimates: Float64Array,
  randomEffects: readonly RandomEffects[],
): Float64Array {
  const fitted = new Float64Array(design.nobs)
  if (design.offset !== null) fitted.set(design.offset)
  design.fixed.columns.forEach((column, j) => {
    for (let i = 0; i < fitted.length; i++) fitted[i] = fitted[i]! + column[i]! * estimates[j]!
  })
  for (const { group, terms, values, levels } of randomEffects) {
    const seen = new Set<string>()
    for (const term of design.random) {
      if (term.group !== group || term.levels.length !== levels.length) continue
      term.columns.forEach((column, t) => {
        const name = term.terms[t]!
        // A coefficient named in two bars is one sum in `values`.
        if (seen.has(name)) return
        seen.add(name)
        const at = terms.indexOf(name)
        for (let i = 0; i < fitted.length; i++) {
          fitted[i] = fitted[i]! + column[i]! * values[term.codes[i]! * terms.length + at]!
        }
      })
    }
  }
  return fitted
}
