/** The structures of a fitted model: estimates in the terms of their parameters, and what moves with them. */

import type { Design } from "../../models/formula/design.ts"
import { evaluateCriterion } from "../criterion.ts"
import { unscaledCovariance } from "../fixed-effects.ts"
import { differentiateSurface, freeParameters, type VarianceSensitivity } from "../satterthwaite.ts"
import type { ResidualCovariance } from "./residual-covariance.ts"
import type { ResidualEstimate, ResidualModel, ResidualTransform } from "./residual-model.ts"
import type { StructuredModel } from "./structured-model.ts"

export interface FittedStructure {
  readonly model: StructuredModel
  readonly omega: Float64Array
}

/** Whether a design needs the search over structures at all. */
export function hasStructure(design: Design, residual: ResidualModel | null): boolean {
  return residual !== null || design.random.some(({ structure }) => structure !== undefined)
}

/** θ of the random terms at the optimum, as `start` takes it. */
export function thetaOf({ model, omega }: FittedStructure): Float64Array {
  return Float64Array.from(
    model.terms.flatMap(({ start, count, toTheta }) => [...toTheta(omega.subarray(start, start + count))]),
  )
}

/** Names of the values of θ. */
export function thetaNamesOf({ model }: FittedStructure): readonly string[] {
  return model.terms.flatMap(({ names }) => [...names])
}

/** Working values of the residual structure. */
export function workingOf({ model, omega }: FittedStructure): Float64Array {
  return omega.subarray(model.randomCount)
}

/** What the residuals' covariance matrix is made of; null without a structure. */
export function residualTransform(structure: FittedStructure | null): ResidualTransform | null {
  const residual = structure?.model.residual
  return structure === null || residual === null || residual === undefined
    ? null
    : residual.at(workingOf(structure))
}

/** How the residuals' covariance matrix may move; null without a structure of theirs. */
export function residualCovariance(structure: FittedStructure | null): ResidualCovariance | null {
  return structure?.model.residual?.covarianceAt(workingOf(structure)) ?? null
}

/** The estimates by kind, as `reml --json` prints them; null without a structure. */
export function reportResidual(structure: FittedStructure | null): ResidualEstimate | null {
  return structure?.model.residual?.report(workingOf(structure)) ?? null
}

/** Indices of the numbers of ω that are not on the boundary. */
export function freeNumbers({ model, omega }: FittedStructure): readonly number[] {
  const factors = model.factorsAt(omega)
  const free: number[] = []
  model.terms.forEach(({ structure, start, count, basis }, k) => {
    if (structure === "unstructured") {
      const width = Math.round(Math.sqrt(basis[0]!.length))
      free.push(...freeParameters([{ width, thetaStart: start }], [factors[k]!]))
      return
    }
    for (let i = start; i < start + count; i++) if (omega[i] !== 0) free.push(i)
  })
  for (let i = model.randomCount; i < model.count; i++) free.push(i)
  return free
}

const STEP = 1e-4
const RESIDUAL_STEP = 1e-3

/**
 * As `differentiateVariance`, with respect to the free numbers of ω and σ²: the parameters of the residual structure
 * count among the variance parameters.
 */
export function differentiateStructured(structure: FittedStructure): VarianceSensitivity | null {
  const { model, omega } = structure
  return differentiateSurface({
    criterion: model.criterionAt(omega),
    optimum: omega,
    free: freeNumbers(structure),
    step: (parameter) =>
      parameter < model.randomCount ? STEP * Math.max(1, Math.abs(omega[parameter]!)) : RESIDUAL_STEP,
    probe: (moved) => {
      const at = model.evaluate(moved)
      const there = model.criterionAt(moved)
      evaluateCriterion(there, model.factorsAt(moved))
      return { ...at, covariance: unscaledCovariance(there) }
    },
  })
}
