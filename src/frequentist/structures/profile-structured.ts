/** Profile deviances of models with structured random terms or residuals. */

import type { Evaluation, Objective } from "../../math/optimise/objective.ts"
import { minimiseTrustRegion } from "../../math/optimise/trust-region.ts"
import { fromInternal } from "../covariance-factor.ts"
import { evaluateCriterion } from "../criterion.ts"
import { fixedEstimates } from "../fixed-effects.ts"
import type { LmmEstimate } from "../lmm-estimate.ts"
import type { NamedParameter } from "../parameter-names.ts"
import type { ProfileDeviance, Profiler } from "../profile.ts"
import { holdFixed } from "../profile.ts"
import type { FittedStructure } from "./fitted-structure.ts"
import { optimiseStructured } from "./optimise-structured.ts"
import type { StructuredModel } from "./structured-model.ts"
import { createStructuredModel } from "./structured-model.ts"
import { combineBasis } from "./term-parameters.ts"

interface Centre {
  readonly fit: LmmEstimate
  readonly model: StructuredModel
  readonly omega: Float64Array
  readonly deviance: number
  /** Residual standard deviation on the scale of the data. */
  readonly sigma: number
  readonly fixed: Float64Array
  readonly responseScale: number
  readonly signal: AbortSignal | undefined
}

/**
 * As `plainProfiler`, of the likelihood. A standard deviation is held by scaling its term's numbers to it; a correlation has
 * a profile where it is a parameter, in `cs(…)`, and none within an unstructured term; parameters of the residuals are
 * searched on the scale of their intervals, but for correlations that depend on several numbers (`un`, `symm`, `toep`), which
 * have none.
 */
export function structuredProfiler(
  fit: LmmEstimate,
  structure: FittedStructure,
  signal: AbortSignal | undefined,
): Profiler {
  const centre = findCentre(fit, structure, signal)
  const intervalOf = (parameter: NamedParameter) => {
    if (parameter.kind !== "structure") return null
    return centre.model.residual!.parameters[parameter.index]!.interval
  }
  return {
    scale: centre.sigma,
    value: (parameter) => valueAt(centre, parameter),
    deviance: (parameter) => devianceOf(centre, parameter),
    lowest: (parameter) => {
      if (parameter.kind !== "cor") return null
      return -1 / (fit.covariances[parameter.term]!.terms.length - 1)
    },
    natural: (parameter, value) => intervalOf(parameter)?.from(value) ?? value,
    search: (parameter, value) => intervalOf(parameter)?.to(value) ?? value,
  }
}

const LIFT = 0.05

function findCentre(
  fit: LmmEstimate,
  { model: fitted, omega: end }: FittedStructure,
  signal: AbortSignal | undefined,
): Centre {
  const { design, weights, residual, knownVariance } = fitted
  const model = createStructuredModel(design, "ML", weights, residual, knownVariance)
  const start = Float64Array.from(end)
  for (const { start: first, count, unit } of model.terms) {
    for (let i = 0; i < count; i++) {
      if (unit[i] !== 0 && Math.abs(start[first + i]!) < LIFT) start[first + i] = LIFT * unit[i]!
    }
  }
  const { omega, factors, value } = optimiseStructured(model, start, signal, false)
  const criterion = model.criterionAt(omega)
  const { residualSquares } = evaluateCriterion(criterion, factors)
  const { responseScale } = criterion.system
  const sigma = knownVariance === null ? Math.sqrt(residualSquares / criterion.df) * responseScale : fit.sigma
  const fixed = fixedEstimates(criterion)
  return { fit, model, omega, deviance: value, sigma, fixed, responseScale, signal }
}

function valueAt({ fit, model, omega, sigma, fixed }: Centre, parameter: NamedParameter): number {
  if (parameter.kind === "fixed") return fixed[parameter.index]!
  if (parameter.kind === "residual") return sigma
  if (parameter.kind === "structure") {
    const { value, working, interval } = model.residual!.parameters[parameter.index]!
    return working === null ? Number.NaN : interval.to(value(omega.subarray(model.randomCount)))
  }
  const { term } = parameter
  if (parameter.kind === "sd") return sigma * relativeSd(fit, model, omega, term, parameter.a).size
  const own = model.terms[term]!
  if (own.structure !== "cs") return Number.NaN
  return own.toTheta(omega.subarray(own.start, own.start + own.count))[1]!
}

/** Standard deviation of coefficient `a` over σ, and its derivative in the term's numbers. */
function relativeSd(fit: LmmEstimate, model: StructuredModel, omega: Float64Array, k: number, a: number) {
  const { start, count, basis } = model.terms[k]!
  const term = fit.state.criterion.system.terms[k]!
  const { width: q } = term
  const root = fromInternal(term, combineBasis(basis, omega.subarray(start, start + count), q), q)
  const row = root.subarray(a * q, (a + 1) * q)
  const size = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))
  const slopes = basis.map((matrix) => {
    const moved = fromInternal(term, matrix, q).subarray(a * q, (a + 1) * q)
    return row.reduce((sum, value, c) => sum + value * moved[c]!, 0) / (size || 1)
  })
  return { size, slopes }
}

function devianceOf(centre: Centre, parameter: NamedParameter): ProfileDeviance {
  const { model, omega, fit } = centre
  switch (parameter.kind) {
    case "fixed": {
      const { design, weights, residual, knownVariance } = model
      return searchEach(centre, omega, (value) => {
        const held = holdFixed(design, parameter.index, value)
        const reduced = createStructuredModel(held, "ML", weights, residual, knownVariance)
        return (x) => reduced.evaluate(x)
      })
    }
    case "residual":
      return searchEach(centre, omega, (value) => (x) => evaluateHeld(centre, x, value))
    case "structure": {
      const place = model.randomCount + parameter.index
      const { interval, working } = model.residual!.parameters[parameter.index]!
      if (working === null) return () => Number.NaN
      return searchEach(centre, withoutPlace(omega, place), (value) => (x) => {
        const full = Float64Array.from([...x.subarray(0, place), 0, ...x.subarray(place)])
        full[place] = working(interval.from(value))
        const { value: criterion, gradient } = model.evaluate(full)
        return { value: criterion, gradient: withoutPlace(gradient, place) }
      })
    }
    case "sd":
      return profileSd(centre, fit, parameter.term, parameter.a)
    case "cor":
      return profileCorrelation(centre, parameter.term)
  }
}

const withoutPlace = (x: Float64Array, place: number): Float64Array => x.filter((_, i) => i !== place)

/** −2 log likelihood at ω and σ, which the profiled model's parts give as well; its gradient in ω, and in log σ. */
function evaluateHeld(centre: Centre, omega: Float64Array, sigma: number) {
  const { logDet, residualSquares, logDetGradient, residualGradient } = centre.model.evaluate(omega)
  const inverse = (centre.responseScale / sigma) ** 2
  const n = centre.fit.nobs
  return {
    value: logDet + n * Math.log(2 * Math.PI * sigma * sigma) + residualSquares * inverse,
    gradient: logDetGradient.map((slope, i) => slope + residualGradient[i]! * inverse),
    byLogSigma: 2 * (n - residualSquares * inverse),
  }
}

/** x = (log σ, ω); the term's numbers are scaled so that its standard deviation is the one that is held. */
function profileSd(centre: Centre, fit: LmmEstimate, k: number, a: number): ProfileDeviance {
  const { model, omega, sigma } = centre
  const { start, count } = model.terms[k]!
  const isKnown = model.knownVariance !== null
  const lifted = Float64Array.from(omega)
  const own = lifted.subarray(start, start + count)
  if (own.every((value) => value === 0)) own.set(model.terms[k]!.unit)
  return searchEach(centre, Float64Array.from([Math.log(sigma), ...lifted]), (value) => (x) => {
    const s = isKnown ? sigma : Math.exp(x[0]!)
    const free = x.subarray(1)
    const { size, slopes } = relativeSd(fit, model, free, k, a)
    const factor = value / (s * size)
    const moved = Float64Array.from(free)
    for (let i = start; i < start + count; i++) moved[i] = moved[i]! * factor
    const at = evaluateHeld(centre, moved, s)
    const gradient = Float64Array.from(at.gradient)
    let along = 0
    for (let i = start; i < start + count; i++) along += at.gradient[i]! * moved[i]!
    for (let i = 0; i < count; i++) {
      gradient[start + i] = factor * at.gradient[start + i]! - (along * slopes[i]!) / size
    }
    return {
      value: at.value,
      gradient: Float64Array.from([isKnown ? 0 : at.byLogSigma - along, ...gradient]),
    }
  })
}

/** x = (log relative standard deviation, the numbers of the other terms and of the residuals). */
function profileCorrelation(centre: Centre, k: number): ProfileDeviance {
  const { model, omega } = centre
  const { start, count, toTheta, fromTheta } = model.terms[k]!
  const [sd = 0] = toTheta(omega.subarray(start, start + count))
  const others = (x: Float64Array) => x.filter((_, i) => i < start || i >= start + count)
  return searchEach(centre, Float64Array.from([Math.log(sd), ...others(omega)]), (value) => (x) => {
    const own = fromTheta(Float64Array.of(Math.exp(x[0]!), value))
    const rest = x.subarray(1)
    const full = Float64Array.from([...rest.subarray(0, start), ...own, ...rest.subarray(start)])
    const at = model.evaluate(full)
    // Both numbers are proportional to the standard deviation.
    const along = own.reduce((sum, number, i) => sum + number * at.gradient[start + i]!, 0)
    return { value: at.value, gradient: Float64Array.from([along, ...others(at.gradient)]) }
  })
}

const OPTIONS = {
  decreaseTolerance: 1e-10,
  maxIterations: 200,
  initialRadius: 1,
  hessian: "difference",
} as const

/** The least deviance for each value, over that of the centre; a search starts where the last one ended. */
function searchEach(
  { deviance, signal }: Centre,
  start: Float64Array,
  hold: (value: number) => (x: Float64Array) => Evaluation,
): ProfileDeviance {
  let last = start
  return (value) => {
    const objective = hold(value)
    const watched: Objective = (x) => {
      signal?.throwIfAborted()
      return objective(x)
    }
    if (start.length === 0) return watched(start).value - deviance
    const searches = last === start ? [start] : [last, start]
    const found = searches.map((from) => minimiseTrustRegion(watched, from, OPTIONS))
    const best = found.reduce((a, b) => (b.value < a.value ? b : a))
    if (Number.isFinite(best.value)) last = best.x
    return best.value - deviance
  }
}
