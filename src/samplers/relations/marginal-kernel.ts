import { InternalError } from "../../core/errors.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel, Phase } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { type ConjugateMatch, conjugateSite } from "./conjugate-site.ts"
import { type Coordinates, coordinateSlope, fromCoordinate, toCoordinate } from "./curvature-coordinates.ts"
import type { Dependents } from "./dependents.ts"
import { drawValue } from "./draw-value.ts"
import type { Engine } from "./engine.ts"
import { bindGaussianBlock, type GaussianMatch } from "./gaussian-kernel.ts"
import { joinKernels } from "./join-kernels.ts"
import { createReference } from "./reference-proposal.ts"

/** What is integrated out: elements with an exact draw, independent of each other or drawn jointly. Plain data. */
export type InnerMatch =
  | { readonly kind: "conjugate"; readonly match: ConjugateMatch }
  | { readonly kind: "gaussian"; readonly match: GaussianMatch }

interface MarginalPart {
  readonly inner: readonly InnerMatch[]
  /** Slots drawn from their marginal density. */
  readonly outer: Int32Array
  /** All stochastic instances whose density these or the inner elements enter. */
  readonly weighed: readonly Instances[]
}

/** Discrete elements. */
export interface DiscretePart extends MarginalPart {
  readonly kind: "discrete"
  /** Of each of `outer`: its least value and how many it has, and what hangs on it. */
  readonly lowest: Float64Array
  readonly counts: Int32Array
  readonly after: Dependents
}

/** Continuous numbers. */
export interface ContinuousPart extends MarginalPart {
  readonly kind: "continuous"
  readonly coordinates: Coordinates
  /** What hangs on them together: one target. */
  readonly after: Dependents
}

/** Share of reference steps among those of continuous numbers, and steps in a sweep. */
const REFERENCE_SHARE = 0.7
const STEPS = 3
/** Width of the first interval of a slice, in the directions of which there is one in each sweep. */
const WIDTH = 1

/**
 * Draws `outer` with the inner elements integrated out, then these. With x inner, h outer and y all else,
 * p(h | y) ∝ p(h, x, y) / p(x | h, y) whatever x is: the inner kernels' normalised conditional densities give the marginal one
 * at the present x. Sources: Besag (1989), A candidate's formula, Biometrika 76; van Dyk & Park (2008), Partially collapsed
 * Gibbs samplers, JASA 103, for the order of the draws.
 */
export function bindMarginal(part: DiscretePart | ContinuousPart, engine: Engine): Kernel {
  const kernels = part.inner.map((inner) =>
    inner.kind === "conjugate"
      ? conjugateSite.bind(inner.match, engine)
      : bindGaussianBlock(inner.match, engine),
  )
  const inner = joinKernels(kernels)
  const weigh = bindWeigh(part.weighed, engine)
  const logMarginal = (s: Float64Array): number => {
    let total = weigh(s)
    if (!Number.isFinite(total)) return -Infinity
    for (const kernel of kernels) {
      if (kernel.logConditional === undefined)
        throw new InternalError("what is integrated out has no density")
      total -= kernel.logConditional(s)
    }
    return Number.isNaN(total) ? -Infinity : total
  }
  const outer =
    part.kind === "discrete"
      ? bindEnumeration(part, engine, logMarginal)
      : bindSteps(part, engine, logMarginal, inner.memoryLength)
  return {
    writes: Int32Array.from([...part.outer, ...inner.writes]),
    memoryLength: inner.memoryLength + outer.memoryLength,
    step(s, memory, rng, phase) {
      outer.step(s, memory, rng, phase)
      inner.step(s, memory, rng, phase)
    },
    logDensity: weigh,
  }
}

interface Outer {
  readonly memoryLength: number
  step(s: Float64Array, memory: Float64Array, rng: Stream, phase: Phase): void
}

function bindEnumeration(
  { outer, lowest, counts, after: { computed } }: DiscretePart,
  engine: Engine,
  logMarginal: (s: Float64Array) => number,
): Outer {
  const logs = new Float64Array(counts.reduce((a, b) => Math.max(a, b), 0))
  const place = (s: Float64Array, n: number, value: number): void => {
    s[outer[n]!] = value
    engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
  }
  return {
    memoryLength: 0,
    step(s, _memory, rng) {
      for (let n = 0; n < outer.length; n++) {
        const before = s[outer[n]!]!
        const count = counts[n]!
        for (let k = 0; k < count; k++) {
          place(s, n, lowest[n]! + k)
          logs[k] = logMarginal(s)
        }
        const chosen = drawValue(rng, logs, 0, count, engine, outer[n]!, before)
        place(s, n, lowest[n]! + chosen)
      }
    },
  }
}

function bindSteps(
  { outer, coordinates, after: { computed } }: ContinuousPart,
  engine: Engine,
  logMarginal: (s: Float64Array) => number,
  at: number,
): Outer {
  const d = outer.length
  const reference = createReference(d, at)
  const phi = new Float64Array(d)
  const trial = new Float64Array(d)
  let state: Float64Array = trial
  const toward = new Float64Array(d)
  const densityAt = (s: Float64Array, from: Float64Array): number => {
    let jacobian = 0
    for (let k = 0; k < d; k++) {
      const x = fromCoordinate(coordinates, k, from[k]!)
      s[outer[k]!] = x
      jacobian += Math.log(Math.abs(coordinateSlope(coordinates, k, x)))
    }
    engine.compute(s, computed, 0, computed.relation.length)
    // A number that has run into its bound has no density there.
    return Number.isFinite(jacobian) ? jacobian + logMarginal(s) : -Infinity
  }
  const onLine = (t: number): number => {
    for (let k = 0; k < d; k++) trial[k] = phi[k]! + t * toward[k]!
    return densityAt(state, trial)
  }
  const slice = (rng: Stream): void => {
    const t = drawSlice(onLine, 0, WIDTH, -Infinity, Infinity, rng)
    if (Number.isFinite(t)) for (let k = 0; k < d; k++) phi[k]! += t * toward[k]!
  }
  return {
    memoryLength: reference.memoryLength,
    step(s, memory, rng, phase) {
      state = s
      for (let k = 0; k < d; k++) phi[k] = toCoordinate(coordinates, k, s[outer[k]!]!)
      let here = densityAt(s, phi)
      for (let n = 0; n < STEPS; n++) {
        const isReference = reference.isReady(memory) && rng.uniform() < REFERENCE_SHARE
        let log = 0
        if (isReference) log = reference.step(memory, phi, trial, rng)
        else reference.walk(memory, phi, trial, rng)
        const there = densityAt(s, trial)
        log += there - here
        if (Math.log(rng.uniform()) < log) {
          phi.set(trial)
          here = there
        }
        if (phase === "warmup" && !isReference) reference.adaptWalk(memory, Math.min(1, Math.exp(log)) || 0)
      }
      if (reference.isReady(memory)) {
        reference.direction(memory, toward, rng)
        slice(rng)
      } else
        for (let k = 0; k < d; k++) {
          toward.fill(0)
          toward[k] = 1
          slice(rng)
        }
      densityAt(s, phi)
      if (phase === "warmup") reference.learn(memory, phi)
    },
  }
}
