/** Conjugate draws of vectors and matrices: Wishart and Dirichlet elements. */
import { InternalError, NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { type RelationGraph, slotName } from "../../models/relations/relation-graph.ts"
import type { Stream } from "../../random/stream.ts"
import { type Refusal, refusal } from "../conditional.ts"
import type { Kernel } from "../sampler.ts"
import type { TargetRuns } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { dependsOn } from "./linear.ts"
import { findReach } from "./linear-set.ts"
import { findEqualRows } from "./merged-rows.ts"
import type { ArrayFamily, ArrayPair, ArrayPrior } from "./pairs/array-family.ts"
import { ARRAY_FAMILIES } from "./pairs/array-registry.ts"
import { multiplierOf } from "./pairs/wishart-family.ts"
import { bindPointer, type Pointer } from "./points-here.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"
import { watchSlots } from "./watch.ts"
import { findWholeArgument, type WholeArgument } from "./whole-argument.ts"

/** How a child relation takes the target. Plain data. */
export interface ArrayChild extends WholeArgument {
  readonly relation: number
  /** Position in the family's pairs. */
  readonly pair: number
}

/** An array relation with a conjugate full conditional. Plain data. */
export interface ConjugateArrayMatch extends Site {
  readonly kind: "array"
  readonly family: string
  readonly children: readonly ArrayChild[]
}

export const arrayFamilyOf = (label: string): ArrayFamily =>
  ARRAY_FAMILIES.find((family) => family.label === label)!

/** The prior of a match. */
export function arrayPriorOf(engine: Pick<Engine, "graph">, match: ConjugateArrayMatch): ArrayPrior {
  const { name } = lookupBugsDistribution(relationOf(engine.graph, match.relation).distribution)
  return arrayFamilyOf(match.family).priors[name]!
}

/** The conjugate family of a vector or matrix with what each child adds to it, or why there is none. */
export function matchConjugateArray(
  { graph, network }: RelationModel,
  target: Target,
): ConjugateArrayMatch | Refusal {
  const { name } = lookupBugsDistribution(relationOf(graph, target.relation).distribution)
  const family = ARRAY_FAMILIES.find(({ priors }) => priors[name] !== undefined)
  if (family === undefined)
    return refusal("prior-not-conjugate", `its ${name} prior has no conjugate family here`)
  const reach = findReach(network, [target])
  const inSet = reach.slots
  const children: ArrayChild[] = []
  for (const { relation: r, instances } of reach.children) {
    const child = relationOf(graph, r)
    const distribution = lookupBugsDistribution(child.distribution)
    const reached = child.args.flatMap((arg, k) => (dependsOn(child, arg, inSet) ? [k] : []))
    const whole =
      reached.length === 1 && child.bounds === null
        ? findWholeArgument(network, target.relation, r, instances, reached[0]!, inSet)
        : null
    const pair =
      whole === null
        ? -1
        : family.pairs.findIndex(
            (one) =>
              one.child === distribution.name &&
              one.argument === reached[0] &&
              one.inverted === whole.inverted,
          )
    // A drawn index into inverses: their derivatives, which say where it points, are not known.
    const isPart = whole !== null && whole.paddedFrom !== null && !family.allowsZeros
    if (whole === null || pair < 0 || (whole.picks && whole.inverted) || isPart) {
      const where =
        reached.length === 1 ? `the ${distribution.argumentNames[reached[0]!] ?? "argument"} of ` : ""
      return refusal(
        "no-pair",
        `no ${family.label} pair for ${where}${child.variable} ~ ${distribution.name}`,
      )
    }
    children.push({ ...whole, relation: r, pair })
  }
  return {
    kind: "array",
    ...makeSite(network, target.relation, target.instances),
    family: family.label,
    children,
  }
}

interface BoundChild {
  readonly pair: ArrayPair
  readonly scaled: boolean
  readonly inverted: boolean
  /** Where the array begins in the argument. */
  readonly first: number
  /** What a child adds by element of an argument that has more of them than the array; null where it has as many. */
  readonly padded: Float64Array | null
  readonly args: (s: Float64Array, instance: number, out: Float64Array) => void
  readonly argStarts: Int32Array
  readonly values: Float64Array
  readonly y: Float64Array
  readonly writes: Int32Array
  readonly width: number
}

/** Exact draw of one array after another. */
export function bindConjugateArray(match: ConjugateArrayMatch, engine: Engine): Kernel {
  const { relation, instances, slots, width } = match
  const { computed } = match.dependents
  const family = arrayFamilyOf(match.family)
  const prior = arrayPriorOf(engine, match)
  const x = new Float64Array(width)
  const natural = new Float64Array(family.naturalLength(width))
  const fill = bindNatural(match, engine, family, prior, x, natural)
  return {
    writes: slots,
    memoryLength: 0,
    step(s, _memory, rng) {
      for (let n = 0; n < instances.length; n++) {
        fill(s, n, rng)
        family.draw(rng, natural, width, x)
        for (let k = 0; k < width; k++) {
          if (Number.isNaN(x[k]!)) throw noDraw(engine, slots[n * width]!, family, natural)
          s[slots[n * width + k]!] = x[k]!
        }
        engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
      }
    },
    ...(prior.isMixture
      ? { logDensity: bindDensity(match, engine) }
      : {
          logConditional(s: Float64Array) {
            let total = 0
            for (let n = 0; n < instances.length; n++) {
              fill(s, n, null)
              total += family.logDensity(x, natural, width)
            }
            return total
          },
        }),
  }
  function bindDensity({ dependents: { weighed } }: Site, { functions }: Engine) {
    const own = functions[relation]!
    return (s: Float64Array): number => {
      let total = own.kind === "stochastic" ? own.logDensity(s, instances, 0, instances.length) : 0
      for (let n = 0; n < instances.length; n++)
        total += engine.weigh(s, weighed, weighed.start[n]!, weighed.start[n + 1]!)
      return total
    }
  }
}

/** A function that puts array n into `x` and its natural parameters into `natural`. */
function bindNatural(
  match: ConjugateArrayMatch,
  engine: Engine,
  family: ArrayFamily,
  prior: ArrayPrior,
  x: Float64Array,
  natural: Float64Array,
): (s: Float64Array, n: number, rng: Stream | null) => void {
  const { relation, instances, slots, width } = match
  const { weighed } = match.dependents
  const own = engine.functions[relation]!
  if (own.kind !== "stochastic") throw new InternalError("a computed relation is not drawn")
  const ownArgs = new Float64Array(own.argsLength)
  const bound: (BoundChild | null)[] = engine.graph.relations.map(() => null)
  for (const { relation: r, pair, scaled, inverted, paddedFrom } of match.children) {
    const f = engine.functions[r]!
    const child = engine.graph.relations[r]!
    if (f.kind !== "stochastic") continue
    bound[r] = {
      pair: family.pairs[pair]!,
      scaled: scaled && family.isScaled,
      inverted,
      first: paddedFrom ?? 0,
      padded: paddedFrom === null ? null : new Float64Array(f.argLengths[family.pairs[pair]!.argument]!),
      args: f.args,
      argStarts: f.argStarts,
      values: new Float64Array(f.argsLength),
      y: new Float64Array(child.width),
      writes: child.writes,
      width: child.width,
    }
  }
  const picking = match.children
    .filter(({ picks }) => picks)
    .map(({ relation: r, pair, paddedFrom }) => ({
      relation: r,
      argument: family.pairs[pair]!.argument,
      first: paddedFrom ?? 0,
    }))
  const pointer: Pointer | null = picking.length === 0 ? null : bindPointer(match, picking, engine)
  const { list, isNew } = groupEquals(weighed, engine.graph)
  const spreads = Array.from(weighed.relation, (r, run) => {
    const { pair, scaled, padded } = bound[r]!
    if (!pair.isQuadratic || scaled || padded !== null || pointer !== null) return null
    return bindSpread(bound[r]!, weighed, run, list, isNew, natural.length, width)
  })
  return (s, n, rng) => {
    if (n === 0) pointer?.look(s)
    for (let k = 0; k < width; k++) x[k] = s[slots[n * width + k]!]!
    own.args(s, instances[n]!, ownArgs)
    prior.start(natural, ownArgs, own.argStarts, x, rng)
    pointer?.aim(s, n)
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
      const r = weighed.relation[run]!
      const {
        pair,
        scaled,
        inverted,
        first,
        padded,
        args,
        argStarts,
        values,
        y,
        writes,
        width: size,
      } = bound[r]!
      const spread = spreads[run]!
      if (spread !== null) {
        spread(s, natural)
        continue
      }
      let k = 1
      for (let j = weighed.from[run]!; j < weighed.to[run]!; j++) {
        const i = list[j]!
        if (pointer !== null && !pointer.points(s, r, i)) continue
        if (pair.readsArguments && (pointer !== null || isNew[j] === 1)) {
          args(s, i, values)
          if (scaled) k = multiplierOf(x, values, argStarts[pair.argument]!, inverted)
        }
        for (let w = 0; w < size; w++) y[w] = s[writes[i * size + w]!]!
        if (padded === null) {
          pair.contribute(natural, y, values, argStarts, k, width)
          continue
        }
        padded.fill(0)
        pair.contribute(padded, y, values, argStarts, k, padded.length)
        for (let e = 0; e < width; e++) natural[e]! += padded[first + e]!
      }
    }
    pointer?.release(n)
  }
}

/** Children in an order in which equals, whose arguments are read once for all of them, stand side by side. */
function groupEquals({ relation, from, to, instances }: TargetRuns, graph: RelationGraph) {
  const list = instances.slice()
  const isNew = new Uint8Array(instances.length).fill(1)
  for (let run = 0; run < relation.length; run++) {
    const found = findEqualRows(graph, relation[run]!, instances.subarray(from[run]!, to[run]!))
    if (found === null) continue
    list.set(found.members, from[run]!)
    isNew.fill(0, from[run]!, to[run]!)
    for (const first of found.start.subarray(0, -1)) isNew[from[run]! + first] = 1
  }
  return { list, isNew }
}

/**
 * A function that adds what a run of equal rows y_1 … y_m with mean ȳ tells: by a pair that is quadratic in y this is m times what
 * ȳ tells, and what the rows tell of a mean at ȳ, which is worked out when data have changed. Null where no rows are equal.
 */
function bindSpread(
  { pair, args, argStarts, values, y, writes, width: size }: BoundChild,
  { from, to }: TargetRuns,
  run: number,
  list: Int32Array,
  isNew: Uint8Array,
  length: number,
  width: number,
): ((s: Float64Array, natural: Float64Array) => void) | null {
  const rows = list.subarray(from[run]!, to[run]!)
  // All of them equal: the others go one by one.
  if (rows.length < 2 || isNew.subarray(from[run]! + 1, to[run]!).includes(1)) return null
  const m = rows.length
  const own = Int32Array.from(
    { length: m * size },
    (_, j) => writes[rows[Math.floor(j / size)]! * size + (j % size)]!,
  )
  const data = watchSlots(own)
  const mean = new Float64Array(size)
  const around = new Float64Array(length)
  const one = new Float64Array(length)
  const centre = argStarts[0]!
  const takeIn = (s: Float64Array): void => {
    mean.fill(0)
    for (let j = 0; j < own.length; j++) mean[j % size]! += s[own[j]!]! / m
    for (let w = 0; w < size; w++) values[centre + w] = mean[w]!
    around.fill(0)
    for (let j = 0; j < m; j++) {
      for (let w = 0; w < size; w++) y[w] = s[own[j * size + w]!]!
      pair.contribute(around, y, values, argStarts, 1, width)
    }
    // What each adds whatever it is comes with the mean.
    one.fill(0)
    pair.contribute(one, mean, values, argStarts, 1, width)
    for (let k = 0; k < length; k++) around[k]! -= m * one[k]!
    data.remember(s)
  }
  return (s, natural) => {
    if (!data.isSame(s)) takeIn(s)
    args(s, rows[0]!, values)
    one.fill(0)
    pair.contribute(one, mean, values, argStarts, 1, width)
    for (let k = 0; k < length; k++) natural[k]! += m * one[k]! + around[k]!
  }
}

function noDraw(engine: Engine, slot: number, family: ArrayFamily, natural: Float64Array): NumericalError {
  const name = slotName(engine.graph, slot)
  return new NumericalError(`no draw of ${name} from ${family.label}(${[...natural].join(", ")})`, {
    code: "not-finite",
    where: name,
    hint: "give other initial values, or a proper prior",
  })
}
