import { NumericalError } from "../core/errors.ts"
import { lookupDistribution } from "../distributions/registry.ts"
import { dependsOn, type Expr, mapChildren, power, sameExpr, state } from "../models/expression.ts"
import type { ModelGraph, StochasticNode } from "../models/graph.ts"
import { renderCall } from "../models/render.ts"
import type { Stream } from "../random/stream.ts"
import { type ConditionalFamily, type Contribution, isRefusal, type Refusal, refusal } from "./conditional.ts"
import { addNatural } from "./families.ts"
import { findLikelihood } from "./find-conditional.ts"
import { bindNatural, withOwnInverses } from "./kernel/bind.ts"
import { lowerProgram, type Program } from "./kernel/program.ts"
import type { Sampler } from "./sampler.ts"

/**
 * A scalar whose prior is not conjugate to its children. The children still enter through the natural parameters of a
 * conjugate family, so that one evaluation of the density costs nothing once these are known.
 */
export interface SliceMatch {
  readonly target: string
  /** Form of the likelihood in `transform(target)`. */
  readonly family: "normal" | "inverseGamma"
  /** `square`: the target is an sd and the likelihood is about its square. */
  readonly transform: "identity" | "square"
  readonly prior: { readonly family: string; readonly parameters: readonly number[] }
  readonly likelihood: readonly Contribution[]
  readonly because: readonly string[]
}

interface LoweredSlice extends Omit<SliceMatch, "likelihood" | "because"> {
  readonly program: Program
}

/** Steps out, on both sides together, before the interval is taken as it is. */
const MOST_STEPS = 50

/**
 * Univariate slice sampling with stepping out and shrinkage, respecting the support of the prior; the width adapts in
 * warm-up only. Source: Neal (2003), Slice sampling, Annals of Statistics 31, figures 3 and 5.
 */
export const slice: Sampler<SliceMatch, LoweredSlice> = {
  name: "slice",

  match(graph, target) {
    if (target.shape.kind !== "scalar" || target.plate !== null) {
      return refusal("not-scalar", "slices are for one scalar at a time")
    }
    const parameters = Object.values(target.distribution.parameters)
    if (!parameters.every((e) => e.op === "number"))
      return refusal("random-prior", "its prior has random parameters")
    const likelihood = findAnyLikelihood(graph, target)
    if (isRefusal(likelihood)) return likelihood
    return {
      target: target.id,
      ...likelihood,
      prior: {
        family: target.distribution.family,
        parameters: parameters.map((e) => (e.op === "number" ? e.value : Number.NaN)),
      },
      because: [
        `prior ${renderCall(target.distribution, graph)}`,
        ...likelihood.likelihood.map((c) => c.because),
      ],
    }
  },

  explain: (match) => ({
    conditional: null,
    density: `density ∝ prior × ${match.likelihood.map((c) => `p(${c.from} | …)`).join(" × ")}`,
    because: match.because,
  }),

  lower(match, context) {
    const natural = addNatural(
      match.family,
      match.likelihood.map((c) => c.natural),
    )
    const { target, family, transform, prior } = match
    return { target, family, transform, prior, program: lowerProgram(context, target, null, family, natural) }
  },

  bind({ target, family, transform, prior, program }) {
    const distribution = lookupDistribution(prior.family)
    if (distribution.kind !== "scalar")
      throw new NumericalError("not a scalar", { code: "not-scalar", where: target })
    const { lower, upper } = distribution.support(prior.parameters)
    const natural = bindNatural(withOwnInverses(program))
    const v = new Float64Array(2)
    const slot = program.target.offset
    const logLikelihood = LOG_LIKELIHOODS[family]
    const logDensity = (x: number): number => {
      const at = transform === "square" ? x * x : x
      return distribution.logDensity(x, prior.parameters) + logLikelihood(v[0]!, v[1]!, at)
    }
    const condition = (values: Float64Array): void => {
      natural.prepare(values)
      natural.evaluate(values, 0, v)
    }
    return {
      writes: Int32Array.of(slot),
      memoryLength: 3,
      // memory = [mean jump so far, number of jumps, first width]. The width must not follow the current value, or
      // stepping out from the new value would not be the reverse of stepping out from the old one.
      step(values, memory, rng, phase) {
        condition(values)
        const x0 = values[slot]!
        if (memory[2] === 0) memory[2] = Math.abs(x0) || 1
        const width = memory[1]! > 0 && memory[0]! > 0 ? 3 * memory[0]! : memory[2]!
        const x1 = drawSlice(logDensity, x0, width, lower, upper, rng)
        if (Number.isNaN(x1)) throw densityFailure(target, x0)
        if (phase === "warmup") {
          memory[1]! += 1
          memory[0]! += (Math.abs(x1 - x0) - memory[0]!) / memory[1]!
        }
        values[slot] = x1
      },
      logDensity(values) {
        condition(values)
        return logDensity(values[slot]!)
      },
    }
  },
}

/** Log likelihood kernels in the natural parameters that the children add; see `families.ts`. */
const LOG_LIKELIHOODS = {
  // About the mode: far from zero the expanded square would lose what tells two values apart.
  normal: (precision: number, shift: number, x: number): number => {
    const deviation = x - shift / precision
    return precision > 0 ? -0.5 * precision * deviation * deviation : shift * x
  },
  // A likelihood contributes t^(−shape) exp(−scale/t): the −1 of the density belongs to the prior.
  inverseGamma: (shape: number, scale: number, x: number): number => -shape * Math.log(x) - scale / x,
} as const

/** One slice update; NaN when the density at `x0` is not finite. */
export function drawSlice(
  logDensity: (x: number) => number,
  x0: number,
  width: number,
  lower: number,
  upper: number,
  rng: Stream,
): number {
  const level = logDensity(x0) + Math.log(rng.uniform())
  if (!Number.isFinite(level)) return Number.NaN
  let left = x0 - width * rng.uniform()
  let right = left + width
  let stepsLeft = Math.floor(MOST_STEPS * rng.uniform())
  let stepsRight = MOST_STEPS - 1 - stepsLeft
  while (stepsLeft-- > 0 && left > lower && logDensity(left) > level) left -= width
  while (stepsRight-- > 0 && right < upper && logDensity(right) > level) right += width
  left = Math.max(left, lower)
  right = Math.min(right, upper)
  for (;;) {
    const x = left + (right - left) * rng.uniform()
    if (x > lower && x < upper && logDensity(x) >= level) return x
    if (x < x0) left = x
    else right = x
    // The interval has shrunk to the point itself: rounding has made the slice empty beside it.
    if (!(right - left > 1e-15 * Math.abs(x0))) return x0
  }
}

type AnyLikelihood = Pick<SliceMatch, "family" | "transform" | "likelihood">

/** The likelihood as a normal in the target, or as an inverse-gamma in the target or in its square. */
function findAnyLikelihood(graph: ModelGraph, target: StochasticNode): AnyLikelihood | Refusal {
  const attempt = (family: ConditionalFamily & SliceMatch["family"], transform: SliceMatch["transform"]) => {
    const seen = transform === "square" ? withSquareAsTarget(graph, target.id) : graph
    if (seen === null) return refusal("not-square", `${target.id} enters other than by its square`)
    const likelihood = findLikelihood(seen, target, family)
    if (isRefusal(likelihood)) return likelihood
    // What was found is about the square, which went by the target's name.
    const square = (because: string) => because.replace(`; ${target.id} is`, `; ${target.id}^2 is`)
    const say = transform === "square" ? square : (because: string) => because
    return {
      family,
      transform,
      likelihood: likelihood.map((c) => ({ ...c, because: say(c.because) })),
    }
  }
  const attempts = [
    attempt("normal", "identity"),
    attempt("inverseGamma", "identity"),
    attempt("inverseGamma", "square"),
  ]
  return attempts.find((a) => !isRefusal(a)) ?? attempts[0]!
}

/** The graph with `t²` written as `t`; null when t also occurs in another way. */
function withSquareAsTarget(graph: ModelGraph, target: string): ModelGraph | null {
  const square = power(state(target), 2)
  const placeholder = `${target}²`
  const replace = (e: Expr): Expr => (sameExpr(e, square) ? state(placeholder) : mapChildren(e, replace))
  const back = (e: Expr): Expr =>
    e.op === "state" && e.node === placeholder ? state(target) : mapChildren(e, back)
  let pure = true
  const nodes = graph.nodes.map((node) => {
    const entries = Object.entries(node.distribution.parameters).map(([name, e]) => {
      const replaced = replace(e)
      if (dependsOn(replaced, target)) pure = false
      return [name, back(replaced)] as const
    })
    return { ...node, distribution: { ...node.distribution, parameters: Object.fromEntries(entries) } }
  })
  return pure ? { ...graph, nodes } : null
}

const densityFailure = (target: string, value: number): NumericalError =>
  new NumericalError(`the density of ${target} is not finite at its current value ${value}`, {
    code: "not-finite",
    where: target,
    hint: "start from another value, or state a prior with a wider support",
  })
