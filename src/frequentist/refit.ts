/** The same model fitted to one response after another. */

import { createDampedNewton } from "../math/optimise/damped-newton.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import { lowerTriangularFactor } from "../math/triangular-factor.ts"
import type { Stream } from "../random/stream.ts"
import { assembleFactors, packTheta, unpackTheta } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import { evaluateCriterion, scaledVariance } from "./criterion.ts"
import { createStatisticsDrawer, createStatisticsReader } from "./draw-statistics.ts"
import type { Equations } from "./equations.ts"
import { createEquations } from "./equations.ts"
import { fixedEstimates } from "./fixed-effects.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { LmmSystem } from "./lmm-system.ts"
import { createResponder } from "./lmm-system.ts"
import { createLikelihood } from "./one-factor.ts"
import type { OneFactorModel } from "./one-factor-model.ts"
import { createStatistics, describeOneFactor } from "./one-factor-model.ts"
import { optimiseTheta } from "./optimise-theta.ts"
import { withoutZeros } from "./profile.ts"
import { createScalarLikelihood } from "./scalar-likelihood.ts"
import { responseDrawer } from "./simulate.ts"
import type { FittedStructure } from "./structures/fitted-structure.ts"
import { optimiseStructured } from "./structures/optimise-structured.ts"
import { createStructuredModel } from "./structures/structured-model.ts"
import { weightRows } from "./weights.ts"

/** What a refit leaves behind; arrays are overwritten by the next one. */
export interface Refit {
  /** REML criterion or −2 log likelihood. */
  readonly criterion: number
  readonly converged: boolean
  readonly sigma: number
  /** Fixed effects of the response that was fitted. */
  readonly fixed: Float64Array
  /** θ in internal coordinates; of a structured term, too, the lower triangle of its factor. */
  readonly theta: Float64Array
  /** Parameters of the residual structure; empty without one. */
  readonly structure: Float64Array
}

const NO_STRUCTURE = new Float64Array(0)

export interface Refitter {
  /** Fits a response without offset, length nobs. */
  readonly fit: (response: Float64Array) => Refit
  /** Draws a response of the fitted model with zero fixed effects and fits it. */
  readonly fitDraw: (rng: Stream) => Refit
  /** As `fitDraw`, from the model with no random effects and the same residual variance; null: cannot do that. */
  readonly fitNullDraw: ((rng: Stream) => Refit) | null
  /** The criterion of the last fitted draw without random effects. */
  readonly nullCriterion: () => number
}

/** Starts every search at the estimates of `fit`, vanished directions lifted a little. */
export function createRefitter(fit: LmmEstimate, signal?: AbortSignal): Refitter {
  const { system, method } = fit.state.criterion
  if (fit.state.structure !== null) return createStructuredRefitter(fit, fit.state.structure, signal)
  // Merged levels have the residual variance profiled out.
  const model = fit.residualKnown ? null : describeOneFactor(system, method)
  return model === null ? createGeneralRefitter(fit, signal) : createOneFactorRefitter(fit, model)
}

const DECREASE = 1e-10

function createOneFactorRefitter(fit: LmmEstimate, model: OneFactorModel): Refitter {
  const { system } = fit.state.criterion
  const start = startTheta(system, fit.state.factors)
  const theta = Float64Array.from(start)
  const likelihood = model.q === 1 ? createScalarLikelihood(model) : createLikelihood(model)
  const newton = createDampedNewton(theta.length, DECREASE)
  const statistics = createStatistics(model)
  const fixed = new Float64Array(model.p)
  const gradient = new Float64Array(theta.length)
  const snapped = new Float64Array(theta.length)
  const scalars = scalarPlaces(system)
  const objective = (x: Float64Array, out: Float64Array) => likelihood.evaluate(x, statistics, out)
  const { df } = model
  const constant =
    df * (1 + Math.log((2 * Math.PI) / df)) - system.logWeights + (model.reml ? system.logDetCrossproduct : 0)
  // Draws have a residual variance of one; they are reported on the scale of the data.
  let scale = 1
  const refit = (): Refit => {
    theta.set(start)
    const converged = newton.minimise(objective, theta)
    let value = newton.value[0]!
    // A single variance that came down to nothing is zero, where that is no worse.
    snapped.set(theta)
    let cut = false
    for (const place of scalars) {
      if (Math.abs(theta[place]!) < 1e-3 && theta[place] !== 0) {
        snapped[place] = 0
        cut = true
      }
    }
    if (cut) {
      const there = objective(snapped, gradient)
      if (there <= value + 1e-9) {
        theta.set(snapped)
        value = Math.min(value, there)
      }
    }
    objective(theta, gradient)
    for (let x = 0; x < model.p; x++) fixed[x] = scale * (statistics.projection[x]! + likelihood.beta[x]!)
    solveUpperColumns(system.fixedCoordinates, fixed)
    return {
      criterion: value + constant + 2 * df * Math.log(scale),
      converged,
      sigma: scale * Math.sqrt(likelihood.residualSquares[0]! / df),
      fixed,
      theta,
      structure: NO_STRUCTURE,
    }
  }
  const factors = assembleFactors(system, fit.state.factors)
  const draw = createStatisticsDrawer(model, factors[0]!)
  const drawNull = createStatisticsDrawer(model, new Float64Array(model.q ** 2))
  const fitWith = (drawer: typeof draw) => (rng: Stream) => {
    scale = fit.sigma
    drawer(rng, statistics)
    return refit()
  }
  let read: ReturnType<typeof createStatisticsReader> | undefined
  const roots = system.weights?.map(Math.sqrt) ?? null
  const weighted = new Float64Array(model.nobs)
  return {
    fit: (response) => {
      scale = 1
      read ??= makeReader(fit, model)
      for (let i = 0; i < weighted.length; i++) weighted[i] = response[i]! * (roots?.[i] ?? 1)
      read(weighted, statistics)
      return refit()
    },
    fitDraw: fitWith(draw),
    fitNullDraw: fitWith(drawNull),
    nullCriterion: () => df * Math.log(statistics.total[0]!) + constant + 2 * df * Math.log(scale),
  }
}

function makeReader(fit: LmmEstimate, model: OneFactorModel): ReturnType<typeof createStatisticsReader> {
  const factor = fit.state.criterion.system.factors[0]!
  const rows = fit.weights === null ? fit.design : weightRows(fit.design, fit.weights)
  const { basis } = orthonormaliseColumns(rows.fixed.columns)
  return createStatisticsReader(model, factor.codes, factor.columns, basis)
}

/** Entries of θ that are the one standard deviation of a term. */
function scalarPlaces(system: LmmSystem): readonly number[] {
  return system.terms.flatMap(({ width, thetaStart }) => (width === 1 ? [thetaStart] : []))
}

function startTheta(system: LmmSystem, factors: readonly Float64Array[]): Float64Array {
  return packTheta(
    system.terms,
    factors.map((t, k) => withoutZeros(t, system.terms[k]!.width)),
  )
}

/** Crossed and nested factors: products with the response and a full search anew every time, the rest shared. */
function createGeneralRefitter(fit: LmmEstimate, signal: AbortSignal | undefined): Refitter {
  const { system, method } = fit.state.criterion
  const start = startTheta(system, fit.state.factors)
  const draw = responseDrawer(fit)
  const respond = createResponder(system)
  let equations: Equations | undefined
  let last: Criterion | undefined
  const refit = (response: Float64Array): Refit => {
    const drawn = respond(response)
    equations ??= createEquations(drawn.cross)
    const criterion: Criterion = {
      ...fit.state.criterion,
      system: drawn,
      method,
      equations,
      memo: { last: null },
    }
    last = criterion
    const optimum = optimiseTheta(criterion, start, signal)
    const { residualSquares } = evaluateCriterion(criterion, optimum.factors)
    return {
      criterion: optimum.value,
      converged: optimum.converged,
      sigma: Math.sqrt(scaledVariance(criterion, residualSquares)) * criterion.system.responseScale,
      fixed: fixedEstimates(criterion),
      theta: packTheta(system.terms, optimum.factors),
      structure: NO_STRUCTURE,
    }
  }
  return {
    fit: refit,
    fitDraw: (rng) => {
      const response = new Float64Array(fit.nobs)
      draw(rng, response)
      return refit(response)
    },
    fitNullDraw: null,
    nullCriterion: () => {
      const zeros = unpackTheta(system.terms, new Float64Array(start.length))
      return last === undefined ? Number.NaN : evaluateCriterion(last, zeros).value
    },
  }
}

/** Random terms or residuals with a structure: as the general one, the structure's parameters estimated each time. */
function createStructuredRefitter(
  fit: LmmEstimate,
  { model, omega }: FittedStructure,
  signal: AbortSignal | undefined,
): Refitter {
  const start = Float64Array.from(omega)
  const { terms } = fit.state.criterion.system
  model.terms.forEach(({ structure, start: first, count, unit }, k) => {
    if (structure === "unstructured") {
      const lifted = withoutZeros(fit.state.factors[k]!, terms[k]!.width)
      start.set(packTheta([{ ...terms[k]!, thetaStart: 0 }], [lifted]), first)
      return
    }
    for (let i = 0; i < count; i++) {
      if (Math.abs(start[first + i]!) < 0.05) start[first + i] = 0.05 * unit[i]!
    }
  })
  const draw = responseDrawer(fit)
  const modelOf = (response: Float64Array) => {
    const design = { ...fit.design, response: { ...fit.design.response, values: response }, offset: null }
    return createStructuredModel(design, model.method, model.weights, model.residual, model.knownVariance)
  }
  const refit = (response: Float64Array): Refit => {
    const drawn = modelOf(response)
    const optimum = optimiseStructured(drawn, start, signal, false)
    const criterion = drawn.criterionAt(optimum.omega)
    const { residualSquares } = evaluateCriterion(criterion, optimum.factors)
    const working = optimum.omega.subarray(model.randomCount)
    const lower = optimum.factors.map((t, k) => lowerTriangularFactor(t, terms[k]!.width, terms[k]!.width, 0))
    return {
      criterion: optimum.value,
      converged: optimum.converged,
      sigma: Math.sqrt(scaledVariance(criterion, residualSquares)) * criterion.system.responseScale,
      fixed: fixedEstimates(criterion),
      theta: packTheta(terms, lower),
      structure: Float64Array.from(model.residual?.parameters ?? [], ({ value }) => value(working)),
    }
  }
  return {
    fit: refit,
    fitDraw: (rng) => {
      const response = new Float64Array(fit.nobs)
      draw(rng, response)
      return refit(response)
    },
    fitNullDraw: null,
    // Without `fitNullDraw` the smaller model is fitted by itself.
    nullCriterion: () => Number.NaN,
  }
}
