/** Confidence intervals of all parameters of a fit. */

import { OptionError, suggest } from "../core/errors.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import type { BootstrapIntervalKind, BootstrapOptions } from "./bootstrap.ts"
import { bootstrapParameters, intervalOf } from "./bootstrap.ts"
import { waldStandardErrors } from "./confint-wald.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { listParameters } from "./parameter-names.ts"
import type { Profiler } from "./profile.ts"
import { plainProfiler } from "./profile.ts"
import { structuredProfiler } from "./structures/profile-structured.ts"

export type ConfintMethod = "wald" | "profile" | "boot"

export interface ConfintOptions {
  /** `wald` when left out. */
  readonly method?: ConfintMethod
  /** Coverage; .95 when left out. */
  readonly level?: number
  /** Names of parameters, all of them when left out. */
  readonly parameters?: readonly string[]
  /** Of `boot`: replicates (1,000), seed, and the kind of interval (percentile). */
  readonly boot?: Omit<BootstrapOptions, "signal"> & { readonly interval?: BootstrapIntervalKind }
  readonly signal?: AbortSignal
}

export interface Interval {
  /** `b[…]`, `sd[…]`, `cor[…]`. */
  readonly name: string
  readonly estimate: number | null
  /** Null where the method gives none: Wald intervals on the boundary, correlations with a vanished variance. */
  readonly lower: number | null
  readonly upper: number | null
}

/**
 * - `wald`: normal intervals, on the scale of the logarithm for standard deviations and of artanh for correlations;
 * - `profile`: values whose profile deviance is within the χ²₁ quantile of its minimum, each end found by a root
 *   search; of the likelihood, also for a REML fit; a standard deviation may end at 0, a correlation at ±1;
 * - `boot`: parametric bootstrap.
 *
 * @throws OptionError for a level that is no probability, or a name that is no parameter
 */
export function confint(fit: LmmEstimate, options: ConfintOptions = {}): readonly Interval[] {
  const level = options.level ?? 0.95
  if (!(level > 0 && level < 1)) {
    throw new OptionError(`found level ${level}, expected a probability between 0 and 1`, {
      code: "bad-level",
      where: "option level",
      hint: "for instance level: 0.95",
    })
  }
  const parameters = chooseParameters(fit, options.parameters)
  const method = options.method ?? "wald"
  if (method === "boot") return bootIntervals(fit, parameters, level, options)
  const standardError = waldStandardErrors(fit)
  const z = normalQuantile(0.5 + 0.5 * level)
  if (method === "wald")
    return parameters.map((parameter) => waldInterval(fit, parameter, z * standardError(parameter)))
  const profiler = profilerOf(fit, options.signal)
  return parameters.map((parameter) => profileInterval(profiler, parameter, standardError(parameter), z))
}

function profilerOf(fit: LmmEstimate, signal: AbortSignal | undefined): Profiler {
  const { structure } = fit.state
  return structure === null ? plainProfiler(fit, signal) : structuredProfiler(fit, structure, signal)
}

function chooseParameters(fit: LmmEstimate, names: readonly string[] | undefined): readonly NamedParameter[] {
  const all = listParameters(fit)
  if (names === undefined) return all
  return names.map((name) => {
    const found = all.find((parameter) => parameter.name === name)
    if (found !== undefined) return found
    throw new OptionError(`"${name}" is not a parameter of the fit`, {
      code: "unknown-parameter",
      where: fit.formula,
      hint: suggest(
        name,
        all.map((parameter) => parameter.name),
      ),
    })
  })
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function waldInterval(fit: LmmEstimate, parameter: NamedParameter, half: number): Interval {
  const { kind, name, estimate } = parameter
  if (kind === "structure") {
    const { to, from } = fit.state.structure!.model.residual!.parameters[parameter.index]!.interval
    const centre = to(estimate)
    return { name, estimate, lower: finite(from(centre - half)), upper: finite(from(centre + half)) }
  }
  const ends =
    kind === "fixed"
      ? [estimate - half, estimate + half]
      : kind === "cor"
        ? [Math.tanh(Math.atanh(estimate) - half), Math.tanh(Math.atanh(estimate) + half)]
        : [estimate * Math.exp(-half), estimate * Math.exp(half)]
  return { name, estimate: finite(estimate), lower: finite(ends[0]!), upper: finite(ends[1]!) }
}

function bootIntervals(
  fit: LmmEstimate,
  parameters: readonly NamedParameter[],
  level: number,
  { boot = {}, signal }: ConfintOptions,
): readonly Interval[] {
  const { values } = bootstrapParameters(fit, { ...boot, ...(signal === undefined ? {} : { signal }) })
  return parameters.map((parameter) => {
    const { name, estimate } = parameter
    const [lower, upper] = intervalOf(parameter, values.get(name)!, level, boot.interval ?? "percentile")
    return { name, estimate: finite(estimate), lower: finite(lower), upper: finite(upper) }
  })
}

interface Bounds {
  readonly low: number
  readonly high: number
}

const BOUNDS: Readonly<Record<NamedParameter["kind"], Bounds>> = {
  fixed: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  sd: { low: 0, high: Number.POSITIVE_INFINITY },
  residual: { low: 0, high: Number.POSITIVE_INFINITY },
  structure: { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY },
  cor: { low: -1, high: 1 },
}

function profileInterval(profiler: Profiler, parameter: NamedParameter, se: number, z: number): Interval {
  const { name, kind, estimate } = parameter
  const middle = profiler.value(parameter)
  if (Number.isNaN(middle)) return { name, estimate: finite(estimate), lower: null, upper: null }
  const { low, high } = BOUNDS[kind]
  const end = (direction: -1 | 1): number => {
    const bound = direction < 0 ? (profiler.lowest(parameter) ?? low) : high
    const step = firstStep(parameter, middle, se, z, direction, profiler.scale)
    const deviance = profiler.deviance(parameter)
    const zeta = (value: number) => Math.sqrt(Math.max(0, deviance(value)))
    return profiler.natural(parameter, findEnd(zeta, middle, step, bound, z))
  }
  return { name, estimate: finite(estimate), lower: finite(end(-1)), upper: finite(end(1)) }
}

/** Where to try first: the Wald end, or a guess where there is none. */
function firstStep(
  { kind }: NamedParameter,
  middle: number,
  se: number,
  z: number,
  direction: -1 | 1,
  scale: number,
): number {
  if (kind === "cor") {
    const half = Number.isFinite(se) ? z * se : 0.5
    const rho = Math.max(-0.99, Math.min(0.99, middle))
    return Math.tanh(Math.atanh(rho) + direction * half) - middle || direction * 0.1
  }
  if (kind === "fixed") return direction * z * se
  if (kind === "structure") return direction * (Number.isFinite(se) ? z * se : 0.5)
  if (!Number.isFinite(se) || middle <= 0) {
    return direction * 0.2 * scale
  }
  return middle * Math.expm1(direction * Math.min(z * se, 2))
}

/**
 * The value beyond `middle` where zeta reaches z, by expansion and then false position with the Illinois rule; the bound
 * when zeta does not reach z before it.
 */
function findEnd(
  zeta: (value: number) => number,
  middle: number,
  step: number,
  bound: number,
  z: number,
): number {
  const direction = Math.sign(step)
  const within = (value: number) => (direction * (bound - value) < 0 ? bound : value)
  let inside = middle
  let insideGap = -z
  let outside = within(middle + step)
  let outsideGap = zeta(outside) - z
  for (let i = 0; outsideGap < 0; i++) {
    if (outside === bound || i === 60) return bound
    const slope = (outsideGap - insideGap) / (outside - inside)
    const reach =
      Number.isFinite(slope) && slope * direction > 0 ? -outsideGap / slope : 3 * (outside - middle)
    const limit = 3 * Math.abs(outside - middle)
    inside = outside
    insideGap = outsideGap
    outside = within(outside + direction * Math.max(0.05 * limit, Math.min(limit, 1.2 * Math.abs(reach))))
    outsideGap = zeta(outside) - z
  }
  let side = 0
  for (let i = 0; i < 60; i++) {
    const value = (inside * outsideGap - outside * insideGap) / (outsideGap - insideGap)
    if (Math.abs(outside - inside) <= 1e-10 * Math.max(Math.abs(value), 1e-12)) return value
    const gap = zeta(value) - z
    if (Math.abs(gap) < 1e-7) return value
    if (gap < 0) {
      inside = value
      insideGap = gap
      if (side === -1) outsideGap /= 2
      side = -1
    } else {
      outside = value
      outsideGap = gap
      if (side === 1) insideGap /= 2
      side = 1
    }
  }
  return 0.5 * (inside + outside)
}

/** A point of a profile: signed square root of the deviance's increase. */
export interface ProfilePoint {
  readonly name: string
  readonly value: number
  /** Standard normal under the model, nearly; a straight line where the deviance is a parabola. */
  readonly zeta: number
}

/**
 * Profile zeta curves: `points` values of each parameter, evenly spaced over the profile interval of the given coverage.
 *
 * @param options `level` is .99 when left out, `points` 21
 * @throws OptionError as `confint` does
 */
export function profileZeta(
  fit: LmmEstimate,
  options: Omit<ConfintOptions, "method" | "boot"> & { readonly points?: number } = {},
): readonly ProfilePoint[] {
  const points = options.points ?? 21
  const level = options.level ?? 0.99
  const intervals = confint(fit, { ...options, level, method: "profile" })
  const parameters = chooseParameters(fit, options.parameters)
  const profiler = profilerOf(fit, options.signal)
  return parameters.flatMap((parameter, k): ProfilePoint[] => {
    const { lower, upper, name } = intervals[k]!
    if (lower === null || upper === null) return []
    const middle = profiler.natural(parameter, profiler.value(parameter))
    const at = (i: number) => lower + ((upper - lower) * i) / (points - 1)
    // From the middle outwards, so that each search starts near its end.
    const indices = Array.from({ length: points }, (_, i) => i)
    const side = (list: readonly number[]): ProfilePoint[] => {
      const deviance = profiler.deviance(parameter)
      return list.map((i) => {
        const value = at(i)
        const rise = deviance(profiler.search(parameter, value))
        return { name, value, zeta: Math.sign(value - middle) * Math.sqrt(Math.max(0, rise)) }
      })
    }
    const below = side(indices.filter((i) => at(i) < middle).reverse()).reverse()
    return [...below, ...side(indices.filter((i) => at(i) >= middle))]
  })
}
