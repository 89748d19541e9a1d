import { InternalError, NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { refusal } from "../conditional.ts"
import { describeNormal } from "./describe-normal.ts"
import type { Engine, WeighedFunctions } from "./engine.ts"
import { bindBounds, findIntervals } from "./interval-bounds.ts"
import { dependsOn, isAffineIn } from "./linear.ts"
import { findReach, hasFixedSlopes, isReachAffine } from "./linear-set.ts"
import type { NormalChild, NormalMatch } from "./normal-match.ts"
import { numbersOf } from "./pairs/numbers-of.ts"
import { type RelationSampler, remember } from "./relation-sampler.ts"
import { makeSite, relationOf } from "./site.ts"

const table = numbersOf("dnorm")

/**
 * Exact draw of one element after another that enters the means of normal and lognormal children linearly, within the bounds
 * of its prior: with y = b + g x + e, e ~ Normal(0, 1 / w), precision P = p + Σ w g² and shift p m + Σ w g (y − b).
 * Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.5; Robert (1995) for the truncated draw.
 */
export const normalSite: RelationSampler<NormalMatch> = {
  name: "normal",
  describe: "exact draw of one element after another from its normal full conditional, cut off at its bounds",

  match: remember<NormalMatch>(({ graph, network }, target) => {
    const own = relationOf(graph, target.relation)
    const { name } = lookupBugsDistribution(own.distribution)
    if (!["dnorm", "dunif", "dflat"].includes(name))
      return refusal("prior-not-normal", `its ${name} prior is neither normal nor flat`)
    const reach = findReach(network, [target])
    const inSet = reach.slots
    const isAffine = isReachAffine(reach)
    const intervals = findIntervals(network, target.relation, reach)
    const children: NormalChild[] = []
    for (const { relation: r } of reach.children) {
      if (intervals.includes(r)) continue
      const child = relationOf(graph, r)
      const kind = lookupBugsDistribution(child.distribution).name
      const free = [child.args[1], child.bounds?.lower, child.bounds?.upper].every(
        (e) => e === null || e === undefined || !dependsOn(child, e, inSet),
      )
      const isNormal = (kind === "dnorm" || kind === "dlnorm") && child.bounds?.kind !== "T"
      if (!isAffine || !isNormal || !free || !isAffineIn(child, child.args[0]!, inSet))
        return refusal(
          "not-linear",
          `it does not enter only the mean of ${child.variable} ~ ${kind} linearly`,
        )
      children.push({ relation: r, log: kind === "dlnorm", fixed: hasFixedSlopes(graph, reach, child, 0) })
    }
    if (children.length === 0) return refusal("no-children", "no normal child hangs on it")
    const site = makeSite(network, target.relation, target.instances)
    return { ...site, hasPrecision: name === "dnorm", children, intervals }
  }),

  explain: (match, model) => describeNormal(match, model),

  bind(match, engine) {
    const { instances, slots } = match
    const { computed } = match.dependents
    const boundsOf = bindBounds(engine, match, match.intervals)
    const bounds = new Float64Array(2)
    // Precision and the gradient of the log density at the current value.
    const form = new Float64Array(2)
    const fill = bindForm(match, engine)
    return {
      writes: slots,
      memoryLength: 0,
      step(s, _memory, rng) {
        for (let n = 0; n < instances.length; n++) {
          fill(s, n, form)
          boundsOf(s, n, bounds)
          const x = s[slots[n]!]!
          const precision = form[0]!
          const [lower, upper] = [bounds[0]!, bounds[1]!]
          const drawn = isFlat(precision, lower, upper)
            ? lower + (upper - lower) * rng.uniform()
            : table.sampleTruncated(rng, lower, upper, x + form[1]! / precision, precision, 0, 0)
          if (Number.isNaN(drawn)) {
            const name = slotName(engine.graph, slots[n]!)
            throw new NumericalError(
              `no draw of ${name} from Normal(precision ${precision}) between ${lower} and ${upper}`,
              { code: "not-finite", where: name, hint: "give a proper prior, or other initial values" },
            )
          }
          s[slots[n]!] = drawn
          engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
        }
      },
      logConditional(s) {
        let total = 0
        for (let n = 0; n < instances.length; n++) {
          fill(s, n, form)
          boundsOf(s, n, bounds)
          const x = s[slots[n]!]!
          const mean = x + form[1]! / form[0]!
          const [lower, upper] = [bounds[0]!, bounds[1]!]
          if (!(x >= lower && x <= upper)) return -Infinity
          total += isFlat(form[0]!, lower, upper)
            ? -Math.log(upper - lower)
            : table.logDensity(x, mean, form[0]!, 0, 0) - table.logMass(lower, upper, mean, form[0]!, 0, 0)
        }
        return total
      },
    }
  },
}

/** Whether no child tells anything, as where an indicator leaves an element out, of one with a flat prior between bounds. */
const isFlat = (precision: number, lower: number, upper: number): boolean =>
  precision === 0 && upper - lower < Infinity

interface BoundChild extends NormalChild {
  readonly f: WeighedFunctions
  readonly writes: Int32Array
  readonly args: Float64Array
  readonly slopes: Float64Array
}

/** A function that writes precision and gradient of element n. */
function bindForm(
  match: NormalMatch,
  engine: Engine,
): (s: Float64Array, n: number, out: Float64Array) => void {
  const { relation, instances, slots, hasPrecision } = match
  const { computed, weighed } = match.dependents
  const { graph, functions } = engine
  const own = functions[relation]!
  if (own.kind !== "stochastic") throw new InternalError("a computed relation is not drawn")
  const ownArgs = new Float64Array(4)
  const t = new Float64Array(graph.length)
  const bound: (BoundChild | null)[] = graph.relations.map(() => null)
  for (const child of match.children) {
    const f = functions[child.relation]!
    if (f.kind !== "stochastic") continue
    let most = 0
    for (let run = 0; run < weighed.relation.length; run++)
      if (weighed.relation[run] === child.relation)
        most = Math.max(most, weighed.to[run]! - weighed.from[run]!)
    bound[child.relation] = {
      ...child,
      f,
      writes: graph.relations[child.relation]!.writes,
      args: new Float64Array(f.argsLength * most),
      slopes: new Float64Array(f.argsLength),
    }
  }
  // Slopes by place in `weighed.instances`; those that hang on data alone are taken once.
  const slopes = new Float64Array(weighed.instances.length)
  const isKnown = new Uint8Array(instances.length)
  const moves = match.children.some(({ fixed }) => !fixed)
  const differentiate = (s: Float64Array, n: number): void => {
    const slot = slots[n]!
    t[slot] = 1
    engine.differentiate(s, t, computed, computed.start[n]!, computed.start[n + 1]!)
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
      const child = bound[weighed.relation[run]!]!
      if (child === null || (child.fixed && isKnown[n] === 1)) continue
      for (let j = weighed.from[run]!; j < weighed.to[run]!; j++) {
        child.f.argTangents(s, t, weighed.instances[j]!, child.slopes)
        slopes[j] = child.slopes[0]!
      }
    }
    t[slot] = 0
    for (let run = computed.start[n]!; run < computed.start[n + 1]!; run++) {
      const { width, writes } = graph.relations[computed.relation[run]!]!
      for (let j = computed.from[run]!; j < computed.to[run]!; j++)
        for (let w = 0; w < width; w++) t[writes[computed.instances[j]! * width + w]!] = 0
    }
    isKnown[n] = 1
  }
  return (s, n, out) => {
    if (moves || isKnown[n] === 0) differentiate(s, n)
    let precision = 0
    let gradient = 0
    if (hasPrecision) {
      own.args(s, instances[n]!, ownArgs)
      precision = ownArgs[1]!
      gradient = precision * (ownArgs[0]! - s[slots[n]!]!)
    }
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
      const child = bound[weighed.relation[run]!]!
      if (child === null) continue
      const { f, args, writes, log } = child
      const from = weighed.from[run]!
      const to = weighed.to[run]!
      f.argsOf(s, weighed.instances, from, to, args)
      for (let j = from; j < to; j++) {
        const y = s[writes[weighed.instances[j]!]!]!
        const w = args[2 * (j - from) + 1]!
        const g = slopes[j]!
        precision += w * g * g
        gradient += w * g * ((log ? Math.log(y) : y) - args[2 * (j - from)]!)
      }
    }
    out[0] = precision
    out[1] = gradient
  }
}
