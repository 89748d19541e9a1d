/**
 * Exact posterior of the one-way model y_ij = μ + u_j + e_ij by quadrature over the logarithms of its two variances, with
 * μ and u integrated analytically. Nothing here is shared with the samplers: Gauss–Legendre panels, closed-form normal
 * integrals (Lindley & Smith 1972), and the error function.
 */
import erfc from "@stdlib/math-base-special-erfc"

/** Prior of a spread: log density of its logarithm-scale variable `s = log variance`, up to a constant. */
export interface SpreadPrior {
  readonly logDensity: (s: number) => number
  /** Largest log variance the prior allows. */
  readonly upper?: number
}

/** Density ∝ v^(−shape−1) exp(−scale/v) on the variance. */
export const inverseGammaVariance = (shape: number, scale: number): SpreadPrior => ({
  logDensity: (s) => -shape * s - scale * Math.exp(-s),
})

/** A prior of the sd, given by its log density up to a constant: with d sd / d s = sd / 2. */
const onSd = (logDensity: (sd: number) => number, upper?: number): SpreadPrior => ({
  logDensity: (s) => 0.5 * s + logDensity(Math.exp(0.5 * s)),
  ...(upper === undefined ? {} : { upper: 2 * Math.log(upper) }),
})
export const halfTSd = (df: number, scale: number): SpreadPrior =>
  onSd((sd) => -0.5 * (df + 1) * Math.log1p((sd / scale) ** 2 / df))
export const halfCauchySd = (scale: number): SpreadPrior => halfTSd(1, scale)
export const halfNormalSd = (sd0: number): SpreadPrior => onSd((sd) => -0.5 * (sd / sd0) ** 2)
export const exponentialSd = (rate: number): SpreadPrior => onSd((sd) => -rate * sd)
export const uniformSd = (upper: number): SpreadPrior => onSd(() => 0, upper)

export interface OneWayModel {
  readonly y: ArrayLike<number>
  readonly codes: ArrayLike<number>
  readonly levels: number
  /** Null: flat. */
  readonly intercept: { readonly mean: number; readonly variance: number } | null
  readonly group: SpreadPrior
  readonly residual: SpreadPrior
}

export interface Marginal {
  readonly mean: number
  /** Infinity where the integral does not converge is the caller's to know: the value here is then meaningless. */
  readonly sd: number
  quantile(p: number): number
}

export interface OneWayPosterior {
  readonly mu: Marginal
  readonly u: readonly Marginal[]
  readonly varGroup: Marginal
  readonly varResidual: Marginal
  readonly sdGroup: Marginal
  readonly sdResidual: Marginal
}

/** Gauss–Legendre nodes and weights on [−1, 1] by Newton's method on the Legendre polynomial. */
function gaussLegendre(n: number): { x: number; w: number }[] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let derivative = 1
    for (let k = 0; k < 100; k++) {
      let [p0, p1] = [1, x]
      for (let j = 2; j <= n; j++) [p0, p1] = [p1, ((2 * j - 1) * x * p1 - (j - 1) * p0) / j]
      derivative = (n * (x * p1 - p0)) / (x * x - 1)
      const step = p1 / derivative
      x -= step
      if (Math.abs(step) < 1e-15) break
    }
    return { x, w: 2 / ((1 - x * x) * derivative * derivative) }
  })
}

const RULE = gaussLegendre(10)

/** A grid over one log variance: panels of Gauss–Legendre nodes that end at `upper`. */
interface Grid {
  readonly upper: number
  readonly width: number
  readonly nodes: readonly { readonly s: number; readonly w: number }[]
}

function grid(lower: number, upper: number, width: number): Grid {
  const nodes = Array.from({ length: Math.ceil((upper - lower) / width) }, (_, k) =>
    RULE.map(({ x, w }) => ({ s: upper - (k + 0.5 - 0.5 * x) * width, w: 0.5 * width * w })),
  )
  return { upper, width, nodes: nodes.flat() }
}

/**
 * How far the log variances reach from the logarithm of the residual mean square. With few groups the variance of
 * groups has a tail of a small power, and a prior of the sd leaves mass near zero.
 */
const REACH = { group: { below: 50, above: 40 }, residual: { below: 4, above: 6 } }
/** Widths of panels: the residual variance is known to some 10 %, that of few groups to a factor. */
const WIDTH = { group: 1, residual: 0.4 }
/** Points of the grid lighter than exp(−60) of the heaviest add nothing to moments. */
const NEGLIGIBLE = 60
/** What all points together weigh that quantiles of mixtures leave out: most points of the grid. */
const LEFT_OUT = 1e-11

/** @param refine divides the widths of all panels: 2 shows what is left to gain */
export function oneWayPosterior(model: OneWayModel, refine = 1): OneWayPosterior {
  const groups = summariseGroups(model)
  const centre = Math.log(groups.within / (groups.rows - model.levels))
  const evaluate = conditionalGiven(model, groups)
  const gridOf = (which: "group" | "residual"): Grid => {
    const upper = Math.min(model[which].upper ?? Number.POSITIVE_INFINITY, centre + REACH[which].above)
    return grid(centre - REACH[which].below, upper, WIDTH[which] / refine)
  }
  const grids = { group: gridOf("group"), residual: gridOf("residual") }

  const { points, peak, total } = pointsOf(grids, evaluate)
  const expect = (f: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + point.weight * f(point), 0)

  const heavy = points.filter(({ weight }) => weight > LEFT_OUT / points.length)

  const normalMixture = (mean: (p: Point) => number, variance: (p: Point) => number): Marginal => {
    const m = expect(mean)
    const sd = Math.sqrt(expect((p) => variance(p) + (mean(p) - m) ** 2))
    const means = Float64Array.from(heavy, mean)
    const roots = Float64Array.from(heavy, (p) => Math.sqrt(2 * variance(p)))
    const weights = Float64Array.from(heavy, ({ weight }) => weight)
    const quantile = (p: number) => mixtureQuantile(p, weights, means, roots, m, sd)
    return { mean: m, sd, quantile: remember(quantile) }
  }

  const spread = (which: "group" | "residual"): { variance: Marginal; sd: Marginal } => {
    const others = grids[which === "group" ? "residual" : "group"].nodes
    const density = (s: number): number => {
      const sum = others.reduce((sum, other) => {
        const { logDensity } = which === "group" ? evaluate(s, other.s) : evaluate(other.s, s)
        return sum + other.w * Math.exp(logDensity - peak)
      }, 0)
      return sum / total
    }
    const masses = points.map((point) => [point[which], point.weight] as const)
    const quantile = remember(quantileOnPanels(grids[which], masses, density))
    const marginal = (f: (s: number) => number): Marginal => {
      const mean = expect((p) => f(p[which]))
      return {
        mean,
        sd: Math.sqrt(expect((p) => (f(p[which]) - mean) ** 2)),
        quantile: (p) => f(quantile(p)),
      }
    }
    return { variance: marginal(Math.exp), sd: marginal((s) => Math.exp(0.5 * s)) }
  }

  const [group, residual] = [spread("group"), spread("residual")]
  return {
    mu: normalMixture(
      (p) => p.mean,
      (p) => p.variance,
    ),
    u: groups.n.map((n, j) => {
      const shrink = (p: Point) => 1 / (1 + p.ratio / n)
      return normalMixture(
        (p) => shrink(p) * (groups.mean[j]! - p.mean),
        (p) => (shrink(p) * p.ofResidual) / n + shrink(p) ** 2 * p.variance,
      )
    }),
    varGroup: group.variance,
    sdGroup: group.sd,
    varResidual: residual.variance,
    sdResidual: residual.sd,
  }
}

/** A point of both grids: its share of the posterior, the conditional normal of μ there, and what conditionals of effects need. */
interface Point {
  readonly group: number
  readonly residual: number
  readonly weight: number
  readonly mean: number
  readonly variance: number
  /** The residual variance, and that over the variance of groups. */
  readonly ofResidual: number
  readonly ratio: number
}

/** All points that are not negligible; `peak` and `total` normalise the log density. */
function pointsOf(
  { group, residual }: { readonly group: Grid; readonly residual: Grid },
  evaluate: ReturnType<typeof conditionalGiven>,
): { points: readonly Point[]; peak: number; total: number } {
  const width = residual.nodes.length
  const logs = new Float64Array(group.nodes.length * width)
  group.nodes.forEach((a, k) => {
    residual.nodes.forEach((e, l) => {
      logs[k * width + l] = Math.log(a.w * e.w) + evaluate(a.s, e.s).logDensity
    })
  })
  const peak = logs.reduce((top, log) => Math.max(top, log), Number.NEGATIVE_INFINITY)
  const isKept = (log: number): boolean => log > peak - NEGLIGIBLE
  const total = logs.reduce((sum, log) => (isKept(log) ? sum + Math.exp(log - peak) : sum), 0)
  const points = group.nodes.flatMap(({ s: a }, k) =>
    residual.nodes.flatMap(({ s: e }, l): Point[] => {
      const log = logs[k * width + l]!
      if (!isKept(log)) return []
      const { mean, variance } = evaluate(a, e)
      const weight = Math.exp(log - peak) / total
      return [
        { group: a, residual: e, weight, mean, variance, ofResidual: Math.exp(e), ratio: Math.exp(e - a) },
      ]
    }),
  )
  return { points, peak, total }
}

interface Groups {
  readonly n: readonly number[]
  readonly mean: readonly number[]
  /** Sum of squares within groups. */
  readonly within: number
  readonly rows: number
}

function summariseGroups({ y, codes, levels }: OneWayModel): Groups {
  const values = Array.from({ length: levels }, (): number[] => [])
  for (let i = 0; i < y.length; i++) values[codes[i]!]!.push(y[i]!)
  const mean = values.map((group) => group.reduce((a, b) => a + b, 0) / group.length)
  const within = values.reduce(
    (sum, group, j) => sum + group.reduce((ss, value) => ss + (value - mean[j]!) ** 2, 0),
    0,
  )
  return { n: values.map((group) => group.length), mean, within, rows: y.length }
}

/** Log density of (log variance of groups, log variance of residuals) given y, and μ's conditional normal there. */
function conditionalGiven({ intercept, group, residual }: OneWayModel, { n, mean, within, rows }: Groups) {
  return (a: number, e: number) => {
    const [va, ve] = [Math.exp(a), Math.exp(e)]
    let precision = intercept === null ? 0 : 1 / intercept.variance
    let shift = intercept === null ? 0 : intercept.mean / intercept.variance
    let logDeterminant = (rows - n.length) * e
    for (let j = 0; j < n.length; j++) {
      // A group's mean is Normal(μ, va + ve / n).
      const variance = va + ve / n[j]!
      precision += 1 / variance
      shift += mean[j]! / variance
      logDeterminant += Math.log(variance)
    }
    const m = shift / precision
    let squares = within / ve
    for (let j = 0; j < n.length; j++) squares += (mean[j]! - m) ** 2 / (va + ve / n[j]!)
    if (intercept !== null) squares += (m - intercept.mean) ** 2 / intercept.variance
    return {
      logDensity:
        group.logDensity(a) + residual.logDensity(e) - 0.5 * (logDeterminant + squares + Math.log(precision)),
      mean: m,
      variance: 1 / precision,
    }
  }
}

/** Quantiles from the masses of whole panels, and quadrature of the density inside the panel where one falls. */
function quantileOnPanels(
  { upper, width }: Grid,
  masses: readonly (readonly [s: number, weight: number])[],
  density: (s: number) => number,
): (p: number) => number {
  const byPanel = new Map<number, number>()
  for (const [s, weight] of masses) {
    const panel = Math.floor((upper - s) / width)
    byPanel.set(panel, (byPanel.get(panel) ?? 0) + weight)
  }
  const ordered = [...byPanel].sort((x, y) => y[0] - x[0])
  return (p) => {
    let below = 0
    for (const [panel, mass] of ordered) {
      if (below + mass < p) {
        below += mass
        continue
      }
      const lower = upper - (panel + 1) * width
      const massUpTo = (s: number) =>
        RULE.reduce((sum, { x, w }) => sum + w * density(lower + 0.5 * (s - lower) * (1 + x)), 0) *
        0.5 *
        (s - lower)
      return findRoot((s) => below + massUpTo(s) - p, lower, lower + width)
    }
    return Number.NaN
  }
}

/**
 * Quantile of a mixture of normals with sds `roots / √2`, within six sds of its mean: Newton's method on its distribution function
 * from where a logistic of this mean and sd has it, or the middle of the bounds where a step would leave them.
 */
function mixtureQuantile(
  p: number,
  weights: Float64Array,
  means: Float64Array,
  roots: Float64Array,
  mean: number,
  sd: number,
): number {
  let [low, high] = [mean - 6 * sd, mean + 6 * sd]
  let x = mean + sd * (Math.sqrt(3) / Math.PI) * Math.log(p / (1 - p))
  for (let k = 0; k < 100; k++) {
    let excess = -p
    let density = 0
    for (let i = 0; i < weights.length; i++) {
      const z = (means[i]! - x) / roots[i]!
      // Beyond this erfc is zero.
      if (z > 27) continue
      excess += 0.5 * weights[i]! * erfc(z)
      density += (weights[i]! * Math.exp(-z * z)) / (roots[i]! * Math.sqrt(Math.PI))
    }
    if (Math.abs(excess) < 1e-12 || high - low < 1e-13 * Math.abs(x)) return x
    if (excess < 0) low = x
    else high = x
    const next = x - excess / density
    x = next > low && next < high ? next : 0.5 * (low + high)
  }
  throw new Error("no root found")
}

/** The same function, each value computed once. */
function remember(f: (p: number) => number): (p: number) => number {
  const known = new Map<number, number>()
  return (p) => {
    const value = known.get(p) ?? f(p)
    known.set(p, value)
    return value
  }
}

/** Root of an increasing function between bounds of opposite sign: regula falsi with the Illinois rule. */
function findRoot(f: (x: number) => number, lower: number, upper: number): number {
  let [low, high] = [lower, upper]
  let [fLow, fHigh] = [f(low), f(high)]
  let side = 0
  for (let k = 0; k < 100; k++) {
    const x = (low * fHigh - high * fLow) / (fHigh - fLow)
    const fx = f(x)
    if (Math.abs(fx) < 1e-12 || high - low < 1e-13 * Math.abs(x)) return x
    if (fx < 0) {
      low = x
      fLow = fx
      if (side === -1) fHigh /= 2
      side = -1
    } else {
      high = x
      fHigh = fx
      if (side === 1) fLow /= 2
      side = 1
    }
  }
  throw new Error("no root found")
}
