/** Over-dispersed initial values, different in each chain and inside every prior's support. */
import { lookupDistribution } from "../distributions/registry.ts"
import { solveLowerTransposed } from "../math/small-dense.ts"
import type { Expr } from "../models/expression.ts"
import { childrenOf, latentNodes, type ModelGraph, type StochasticNode } from "../models/graph.ts"
import { drawNormal } from "../random/normal.ts"
import { type Seed, type Stream, streamFor } from "../random/stream.ts"
import { type LoweringContext, linearChildren } from "../samplers/kernel/lowering-context.ts"
import type { Plan } from "../samplers/plan.ts"

/** Where the data put an effect, and how far from there chains may start. */
interface Guess {
  readonly centre: number
  readonly spread: number
}

interface Guesses {
  /** By node: one guess for each value of a member. */
  readonly effects: ReadonlyMap<string, readonly Guess[]>
  /** Coefficients that all rows share start jointly: far apart on the scale of their covariance, not of each alone. */
  readonly coefficients: readonly CoefficientGuess[]
}

interface CoefficientGuess {
  readonly nodes: readonly string[]
  readonly centre: readonly number[]
  /** Lower Cholesky factor of the correlations of the columns, row-major; null where they are dependent. */
  readonly factor: Float64Array | null
  /** By coefficient: the sd it would have if its column were orthogonal to the others, dispersed. */
  readonly spread: readonly number[]
}

/** Chains start about this many posterior sds apart: enough for R-hat to see a chain that has not forgotten it. */
const DISPERSION = 2

/** One state for each chain, from the stream of purpose "initial". */
export function initialStates(plan: Plan, chains: number, seed: Seed): Float64Array[] {
  const guesses = guessFromData(plan.context)
  return Array.from({ length: chains }, (_, chain) =>
    drawState(plan, guesses, streamFor(seed, chain, "initial")),
  )
}

/**
 * Coefficients start around least squares, as far off as the largest factor lets them be uncertain. Effects start
 * around zero on the scale of the residuals over their column, which is also where their sd starts.
 */
function guessFromData(context: LoweringContext): Guesses {
  const effects = new Map<string, Guess[]>()
  const coefficients: CoefficientGuess[] = []
  for (const { columns, centre, residual, residualSquares, lengths, cosineFactor } of linearChildren(
    context,
  )) {
    const n = residual.length
    const residualSd = Math.sqrt(residualSquares / n) || 1
    const rootMeanSquare = (k: number): number => lengths[k]! / Math.sqrt(n) || 1
    const fewestLevels = Math.min(n, ...columns.filter((c) => c.codes !== null).map((c) => c.levels))
    const shared = columns.flatMap((column, k) => (column.codes === null ? [k] : []))
    coefficients.push({
      nodes: shared.map((k) => columns[k]!.node),
      centre: shared.map((k) => centre[k]!),
      factor: cosineFactor,
      spread: shared.map((k) => (DISPERSION * residualSd) / rootMeanSquare(k) / Math.sqrt(fewestLevels)),
    })
    columns.forEach((column, k) => {
      if (column.codes === null) return
      const guess = { centre: 0, spread: residualSd / rootMeanSquare(k) }
      effects.set(column.node, [...(effects.get(column.node) ?? []), guess])
    })
    effects.set(RESIDUAL, [{ centre: 0, spread: residualSd }])
  }
  return { effects, coefficients }
}

/** Coefficients around least squares with its covariance, dispersed: `centre + spread · L⁻ᵀ z`. */
function drawCoefficients(guesses: readonly CoefficientGuess[], rng: Stream): Map<string, number> {
  const values = new Map<string, number>()
  for (const { nodes, centre, factor, spread } of guesses) {
    const z = Float64Array.from(nodes, () => drawNormal(rng))
    if (factor !== null) solveLowerTransposed(factor, 0, nodes.length, z, 0)
    nodes.forEach((node, k) => {
      values.set(node, centre[k]! + spread[k]! * z[k]!)
    })
  }
  return values
}

const RESIDUAL = " residual"

function drawState(plan: Plan, { effects, coefficients }: Guesses, rng: Stream): Float64Array {
  const state = new Float64Array(plan.layout.length)
  const drawn = drawCoefficients(coefficients, rng)
  for (const node of latentNodes(plan.graph)) {
    const { offset, stride, members, q } = plan.layout.slots[node.id]!
    const insideSupport = bindInsideSupport(node, rng)
    const coefficient = drawn.get(node.id)
    if (coefficient !== undefined) {
      state[offset] = insideSupport(coefficient)
      continue
    }
    const own = effects.get(node.id)
    for (let m = 0; m < members; m++) {
      const at = offset + stride * m
      if (own !== undefined) {
        own.forEach(({ centre, spread }, t) => {
          state[at + t] = insideSupport(centre + spread * drawNormal(rng))
        })
        continue
      }
      const spreads = spreadsOfChildren(plan.graph, node.id, effects)
      if (node.shape.kind === "matrix") {
        // A diagonal start is positive definite whatever the scales are.
        for (let t = 0; t < q; t++) state[at + t * q + t] = disperse(spreads?.[t]?.spread ?? 1, rng) ** 2
      } else if (spreads !== undefined) {
        const sd = disperse(spreads[0]!.spread, rng)
        state[at] = insideSupport(entersAsVariance(plan.graph, node.id) ? sd * sd : sd)
      } else {
        state[at] = insideSupport(disperse(typicalValue(node), rng))
      }
    }
  }
  return state
}

/** A positive scale, off by a factor of e^(±1) or so. */
const disperse = (scale: number, rng: Stream): number => scale * Math.exp(drawNormal(rng))

/** The guesses for the nodes whose spread this node is; undefined when it is the spread of none. */
function spreadsOfChildren(
  graph: ModelGraph,
  id: string,
  guesses: ReadonlyMap<string, readonly Guess[]>,
): readonly Guess[] | undefined {
  for (const { child, parameter } of childrenOf(graph, id)) {
    if (parameter !== "variance" && parameter !== "covariance") continue
    return guesses.get(child.observed === null ? child.id : RESIDUAL)
  }
  return undefined
}

const entersAsVariance = (graph: ModelGraph, id: string): boolean =>
  childrenOf(graph, id).some(({ child, parameter }) => {
    const e: Expr | undefined = child.distribution.parameters[parameter]
    return e?.op === "state"
  })

/** Order of magnitude of an inverse-gamma with constant parameters; one for anything else. */
function typicalValue(node: StochasticNode): number {
  const { shape, scale } = node.distribution.parameters
  const value = (e: Expr | undefined): number => {
    if (e === undefined) return Number.NaN
    if (e.op === "number") return e.value
    if (e.op === "divide") return value(e.left) / value(e.right)
    return e.op === "power" ? value(e.base) ** e.exponent : Number.NaN
  }
  const typical = value(scale) / value(shape)
  return typical > 0 && Number.isFinite(typical) ? typical : 1
}

/** A function of a value that gives the value itself, or a place inside the support of the node's prior. */
function bindInsideSupport(node: StochasticNode, rng: Stream): (value: number) => number {
  const distribution = lookupDistribution(node.distribution.family)
  const parameters = Object.values(node.distribution.parameters)
  if (distribution.kind !== "scalar" || !parameters.every((e) => e.op === "number")) return (value) => value
  const { lower, upper } = distribution.support(parameters.map((e) => (e.op === "number" ? e.value : 0)))
  return (value) => {
    if (value > lower && value < upper) return value
    if (Number.isFinite(upper))
      return Number.isFinite(lower)
        ? lower + (upper - lower) * rng.uniform()
        : upper - Math.abs(value - upper) - 1e-8
    return lower + Math.abs(value - lower) + 1e-8
  }
}
