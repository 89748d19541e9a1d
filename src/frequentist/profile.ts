/** Profile deviances: the criterion of maximum likelihood with one parameter held at a value. */

import { NumericalError } from "../core/errors.ts"
import { minimiseLbfgs } from "../math/optimise/lbfgs.ts"
import type { Evaluation, Minimum, Objective } from "../math/optimise/objective.ts"
import { minimiseTrustRegion } from "../math/optimise/trust-region.ts"
import { lowerTriangularFactor } from "../math/triangular-factor.ts"
import type { Design } from "../models/formula/design.ts"
import { fromInternal, packTheta, unpackTheta } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import { createCriterion, evaluateCriterion, evaluateTheta, scaledVariance } from "./criterion.ts"
import { fixedEstimates } from "./fixed-effects.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { createSystem } from "./lmm-system.ts"
import { optimiseTheta } from "./optimise-theta.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { heldFactor } from "./profile-coordinates.ts"

/** The maximum-likelihood fit around which profiles are drawn. */
export interface ProfileCentre {
  readonly fit: LmmEstimate
  readonly criterion: Criterion
  /** T of each term at the optimum, internal coordinates. */
  readonly factors: readonly Float64Array[]
  readonly deviance: number
  /** Residual standard deviation of the scaled response. */
  readonly sigma: number
  /** Fixed effects there. */
  readonly fixed: Float64Array
  readonly signal: AbortSignal | undefined
}

/** What an interval needs of the profiles of a model. */
export interface Profiler {
  /** Residual standard deviation on the scale of the data. */
  readonly scale: number
  /** The parameter at the maximum of the likelihood, on the scale of its search; NaN when it has no profile. */
  value(parameter: NamedParameter): number
  deviance(parameter: NamedParameter): ProfileDeviance
  /** A lower bound where it is not the parameter's own; null: it is. */
  lowest(parameter: NamedParameter): number | null
  /** From the scale of the search to that of the parameter. */
  natural(parameter: NamedParameter, value: number): number
  /** The inverse of `natural`. */
  search(parameter: NamedParameter, value: number): number
}

/** Of a model without structures. */
export function plainProfiler(fit: LmmEstimate, signal: AbortSignal | undefined): Profiler {
  const centre = centreProfiles(fit, signal)
  return {
    scale: centre.sigma * centre.criterion.system.responseScale,
    value: (parameter) => centreValue(centre, parameter),
    deviance: (parameter) => profileDeviance(centre, parameter),
    lowest: () => null,
    natural: (_, value) => value,
    search: (_, value) => value,
  }
}

/** Deviance with the parameter held at `value`, over its minimum; repeated calls start where the last one ended. */
export type ProfileDeviance = (value: number) => number

/**
 * Profiles are of the likelihood, whatever the criterion of the fit, as lme4's are (Bates et al. 2015, section 5.1): a
 * REML criterion says nothing about fixed effects.
 */
function centreProfiles(fit: LmmEstimate, signal: AbortSignal | undefined): ProfileCentre {
  const { system, method } = fit.state.criterion
  const criterion = createCriterion(system, "ML", fit.state.criterion.knownVariance)
  const start = packTheta(
    system.terms,
    fit.state.factors.map((t, k) => withoutZeros(t, system.terms[k]!.width)),
  )
  const optimum =
    method === "ML"
      ? { factors: fit.state.factors, value: fit.criterion }
      : optimiseTheta(criterion, start, signal)
  const { residualSquares } = evaluateCriterion(criterion, optimum.factors)
  return {
    fit,
    criterion,
    factors: optimum.factors,
    deviance: optimum.value,
    sigma: Math.sqrt(scaledVariance(criterion, residualSquares)),
    fixed: fixedEstimates(criterion),
    signal,
  }
}

/** @throws NumericalError when a search along the profile does not converge */
function profileDeviance(centre: ProfileCentre, parameter: NamedParameter): ProfileDeviance {
  switch (parameter.kind) {
    case "fixed":
      return profileFixed(centre, parameter.index)
    case "residual":
    // Models with a residual structure have no profiles; `confint` says so.
    case "structure":
      return profileResidual(centre)
    case "sd":
      return profileSd(centre, parameter.term, parameter.a)
    case "cor":
      return profileCorrelation(centre, parameter.term, parameter.a, parameter.b)
  }
}

/** The value of the parameter at the centre; NaN for a correlation with a vanished variance. */
function centreValue(centre: ProfileCentre, parameter: NamedParameter): number {
  const { system } = centre.criterion
  const scale = centre.sigma * system.responseScale
  if (parameter.kind === "residual" || parameter.kind === "structure") return scale
  if (parameter.kind === "fixed") return centre.fixed[parameter.index]!
  const term = system.terms[parameter.term]!
  const q = term.width
  const root = fromInternal(term, centre.factors[parameter.term]!, q)
  const inner = (a: number, b: number) => {
    let sum = 0
    for (let k = 0; k < q; k++) sum += root[a * q + k]! * root[b * q + k]!
    return sum
  }
  const { a } = parameter
  if (parameter.kind === "sd") return scale * Math.sqrt(inner(a, a))
  return inner(a, parameter.b) / Math.sqrt(inner(a, a) * inner(parameter.b, parameter.b))
}

/** A fixed effect joins the offset, and its column leaves X. */
function profileFixed(centre: ProfileCentre, index: number): ProfileDeviance {
  const { design, weights } = centre.fit
  let start = startTheta(centre)
  return (value) => {
    const system = createSystem(holdFixed(design, index, value), weights)
    const criterion = createCriterion(system, "ML", centre.criterion.knownVariance)
    const found = minimise(centre, (theta) => evaluateTheta(criterion, theta), start)
    start = found.x
    return found.value - centre.deviance
  }
}

/** The design with one fixed effect held at a value: its column becomes part of the offset. */
export function holdFixed(design: Design, index: number, value: number): Design {
  const column = design.fixed.columns[index]!
  const { fixed } = design
  const without = <T>(list: readonly T[]): readonly T[] => list.filter((_, j) => j !== index)
  return {
    ...design,
    offset: column.map((x, i) => (design.offset?.[i] ?? 0) + value * x),
    fixed: {
      ...fixed,
      names: without(fixed.names),
      columns: without(fixed.columns),
      assign: without(fixed.assign),
    },
  }
}

function profileResidual(centre: ProfileCentre): ProfileDeviance {
  const { criterion } = centre
  const { terms, responseScale } = criterion.system
  let start = startTheta(centre)
  return (value) => {
    const variance = (value / responseScale) ** 2
    const found = minimise(
      centre,
      (theta) => {
        const at = evaluateHeld(criterion, unpackTheta(terms, theta), variance)
        return { value: at.value, gradient: packTheta(terms, at.gradient) }
      },
      start,
    )
    start = found.x
    return found.value - centre.deviance
  }
}

/** −2 log likelihood at T and σ², β profiled out; its gradient in T, and in log σ². */
function evaluateHeld(criterion: Criterion, factors: readonly Float64Array[], variance: number) {
  const { system, df } = criterion
  const at = evaluateCriterion(criterion, factors)
  if (!Number.isFinite(at.value)) return { value: at.value, gradient: at.gradient, byLogVariance: 0 }
  const scale = 2 * Math.PI * variance * system.responseScale ** 2
  const value = at.logDet - system.logWeights + df * Math.log(scale) + at.residualSquares / variance
  const gradient = at.logDetGradient.map((part, k) => {
    return part.map((derivative, i) => derivative + at.residualGradient[k]![i]! / variance)
  })
  return { value, gradient, byLogVariance: df - at.residualSquares / variance }
}

/** x = (log σ, which stays where it is when known; the entries of the term's factor but the first, θ of the other terms); row `a` comes first. */
function profileSd(centre: ProfileCentre, k: number, a: number): ProfileDeviance {
  const { criterion } = centre
  const { responseScale } = criterion.system
  const held = heldFactor(criterion, k, [a])
  const packed = held.pack(centre.factors)
  const fresh = Float64Array.from([Math.log(centre.sigma), ...packed.slice(1)])
  let last = fresh
  return (value) => {
    const objective: Objective = (x) => {
      const sigma = Math.exp(x[0]!)
      const first = value / (sigma * responseScale)
      const coordinates = Float64Array.from(x)
      coordinates[0] = first
      const at = evaluateHeld(criterion, held.unpack(coordinates), sigma * sigma)
      const gradient = held.pull(at.gradient)
      // σ moves the residual variance, and the first entry against it.
      gradient[0] = criterion.knownVariance === null ? 2 * at.byLogVariance - first * gradient[0]! : 0
      return { value: at.value, gradient }
    }
    const found = minimiseFromBoth(centre, objective, last, fresh)
    last = Float64Array.from(found.x)
    return found.value - centre.deviance
  }
}

/**
 * Rows a and b come first: (t, 0) and t₂(ρ, √(1 − ρ²)); x = (log t, log t₂, the further entries, θ of the other terms).
 * Logarithms, because a change of sign would turn ρ into −ρ.
 */
function profileCorrelation(centre: ProfileCentre, k: number, a: number, b: number): ProfileDeviance {
  const { criterion } = centre
  const { width: q } = criterion.system.terms[k]!
  const held = heldFactor(criterion, k, [a, b])
  const packed = held.pack(centre.factors)
  // Entries come column by column: (0,0), (1,0), …, (q−1,0), (1,1), …
  const fresh = Float64Array.from([
    Math.log(packed[0]!),
    Math.log(Math.hypot(packed[1]!, packed[q]!)),
    ...packed.slice(2, q),
    ...packed.slice(q + 1),
  ])
  let last = fresh
  return (rho) => {
    const root = Math.sqrt(Math.max(0, 1 - rho * rho))
    const objective: Objective = (x) => {
      const first = Math.exp(x[0]!)
      const second = Math.exp(x[1]!)
      const further = x.subarray(2, q)
      const coordinates = [first, rho * second, ...further, root * second, ...x.subarray(q)]
      const { value, gradient } = evaluateCriterion(criterion, held.unpack(Float64Array.from(coordinates)))
      const pulled = held.pull(gradient)
      const bySecond = rho * pulled[1]! + root * pulled[q]!
      const rest = [...pulled.subarray(2, q), ...pulled.subarray(q + 1)]
      return { value, gradient: Float64Array.from([first * pulled[0]!, second * bySecond, ...rest]) }
    }
    const found = minimiseFromBoth(centre, objective, last, fresh)
    last = Float64Array.from(found.x)
    return found.value - centre.deviance
  }
}

function startTheta(centre: ProfileCentre): Float64Array {
  const { terms } = centre.criterion.system
  const filled = centre.factors.map((t, k) => withoutZeros(t, terms[k]!.width))
  return packTheta(terms, filled)
}

const NUDGE = 0.05

/** A column of zeros is stationary by symmetry: a search must not begin there. */
export function withoutZeros(factor: Float64Array, q: number): Float64Array {
  const out = Float64Array.from(factor)
  for (let j = 0; j < q; j++) if (Math.abs(out[j * (q + 1)]!) < NUDGE) out[j * (q + 1)] = NUDGE
  return lowerTriangularFactor(out, q, q, 0)
}

/**
 * From where the last search ended and from the centre: with a variance near zero correlations stop to matter, and a
 * search that has come there does not find its way back.
 */
function minimiseFromBoth(
  centre: ProfileCentre,
  objective: Objective,
  last: Float64Array,
  fresh: Float64Array,
): Minimum {
  const warm = minimise(centre, objective, last)
  if (last === fresh) return warm
  const cold = minimise(centre, objective, fresh)
  return cold.value < warm.value ? cold : warm
}

const OPTIONS = { decreaseTolerance: 1e-10, maxIterations: 300, initialRadius: 1 }
const NEWTON_PARAMETERS = 10

function minimise(
  centre: ProfileCentre,
  objective: (x: Float64Array) => Evaluation,
  start: Float64Array,
): Minimum {
  const watched: Objective = (x) => {
    centre.signal?.throwIfAborted()
    return objective(x)
  }
  const found =
    start.length > NEWTON_PARAMETERS
      ? minimiseLbfgs(watched, start, { ...OPTIONS, maxIterations: 1000 })
      : minimiseTrustRegion(watched, start, { ...OPTIONS, hessian: "difference" })
  if (Number.isFinite(found.value)) return found
  throw new NumericalError(`a search along the profile failed: ${found.reason}`, {
    code: "profile-failed",
    where: centre.fit.formula,
    hint: "use Wald or bootstrap intervals",
  })
}
