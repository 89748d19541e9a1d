import { InternalError, NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { type Refusal, refusal } from "../conditional.ts"
import { describeConjugate } from "./describe-conjugate.ts"
import type { Engine } from "./engine.ts"
import { dependsOn, isAffineIn, isProportionalIn, isReciprocalIn } from "./linear.ts"
import { findReach, type Reach } from "./linear-set.ts"
import type { ConjugateFamily, ConjugatePair, Entry } from "./pairs/conjugate-family.ts"
import { CONJUGATE_FAMILIES } from "./pairs/registry.ts"
import type { RelationModel, RelationSampler, Target } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"
import { bindSupport } from "./support.ts"

/** A scalar relation with a conjugate full conditional. Plain data. */
export interface ConjugateMatch extends Site {
  /** Label of the family. */
  readonly family: string
  /** By child relation the pair, as a position in the family's list; −1 for relations that are no children. */
  readonly pairs: Int32Array
}

/** Exact draw of each element from its full conditional, when prior and every child are of one conjugate family. */
export const conjugateSite: RelationSampler<ConjugateMatch> = {
  name: "conjugate",
  describe: "exact draw of one element after another from its full conditional",

  match(model, target) {
    const { graph, network } = model
    const one = relationOf(graph, target.relation)
    const { name } = lookupBugsDistribution(one.distribution)
    const families = CONJUGATE_FAMILIES.filter((family) => family.priors[name] !== undefined)
    if (families.length === 0)
      return refusal("prior-not-conjugate", `its ${name} prior has no conjugate family here`)
    const reach = findReach(network, [target])
    let first: Refusal | null = null
    for (const family of families) {
      const pairs = findPairs(model, target, reach, family)
      if ("reason" in pairs) {
        first ??= pairs
        continue
      }
      return { ...makeSite(network, target.relation, target.instances), family: family.label, pairs }
    }
    return first!
  },

  explain: (match, model) => describeConjugate(match, model, familyOf(match)),

  bind(match, engine) {
    const { relation, instances, slots } = match
    const { computed } = match.dependents
    const family = familyOf(match)
    const natural = bindNatural(match, engine)
    const support = bindSupport(engine, relation)
    const n0 = new Float64Array(family.natural.length)
    const bounds = new Float64Array(2)
    return {
      writes: slots,
      memoryLength: 0,
      step(s, _memory, rng) {
        for (let n = 0; n < instances.length; n++) {
          natural(s, n, n0)
          support(s, instances[n]!, bounds)
          const x = family.draw(rng, n0, bounds[0]!, bounds[1]!)
          if (Number.isNaN(x)) throw noDraw(match, engine, n, n0)
          s[slots[n]!] = x
          engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
        }
      },
      logConditional(s) {
        let total = 0
        for (let n = 0; n < instances.length; n++) {
          natural(s, n, n0)
          support(s, instances[n]!, bounds)
          total += family.logDensity(s[slots[n]!]!, n0, bounds[0]!, bounds[1]!)
        }
        return total
      },
    }
  },
}

const familyOf = ({ family }: ConjugateMatch): ConjugateFamily =>
  CONJUGATE_FAMILIES.find(({ label }) => label === family)!

/** The pair of every child relation, or why one has none. */
function findPairs(
  { graph }: RelationModel,
  { relation }: Target,
  reach: Reach,
  family: ConjugateFamily,
): Int32Array | Refusal {
  const pairs = new Int32Array(graph.relations.length).fill(-1)
  const inSet = (slot: number) => reach.slots[slot] === 1
  for (const { relation: r } of reach.children) {
    const child = relationOf(graph, r)
    const { name, argumentNames } = lookupBugsDistribution(child.distribution)
    if (r === relation) return refusal("own-child", "its elements are parents of each other")
    if (child.bounds !== null && child.bounds.kind === "T")
      return refusal("truncated-child", `${child.variable} is truncated, which its mass then hangs on it`)
    const reached = child.args.flatMap((arg, k) => (dependsOn(child, arg, inSet) ? [k] : []))
    const k = reached[0]
    const isOwnValue = child.writes.some(inSet)
    const candidates = family.pairs.flatMap((pair, p) =>
      pair.child === name && pair.argument === k ? [p] : [],
    )
    const found = candidates.find((p) => enters(graph, reach, r, family.pairs[p]!))
    if (reached.length !== 1 || isOwnValue || found === undefined) {
      const where = k === undefined ? "" : `the ${argumentNames[k] ?? "argument"} of `
      return refusal("no-pair", `no ${family.label} pair for ${where}${child.variable} ~ ${name}`)
    }
    pairs[r] = found
  }
  return pairs
}

/** Whether the target enters a child's argument as a pair wants it. */
function enters(
  graph: RelationModel["graph"],
  { slots, computed }: Reach,
  r: number,
  { argument, entry }: ConjugatePair,
): boolean {
  const inSet = (slot: number) => slots[slot] === 1
  const child = relationOf(graph, r)
  const arg = child.args[argument]!
  const direct = arg.op === "read" || arg.op === "gather"
  const values = computed.flatMap((one) => (one.kind === "deterministic" ? [{ one, value: one.value }] : []))
  const tests: Readonly<Record<Entry, () => boolean>> = {
    identity: () => direct && values.every(({ value }) => value.op === "read" || value.op === "gather"),
    proportional: () =>
      [{ one: child, value: arg }, ...values].every(
        ({ one, value }) => isAffineIn(one, value, inSet) && isProportionalIn(one, value, inSet),
      ),
    // One reciprocal on the way and nothing but multiples beside it.
    reciprocal: () => {
      const steps = [{ one: child, value: arg }, ...values]
      const reciprocals = steps.filter(({ one, value }) => isReciprocalIn(one, value, inSet))
      const multiples = steps.filter(
        ({ one, value }) => isAffineIn(one, value, inSet) && isProportionalIn(one, value, inSet),
      )
      return reciprocals.length === 1 && multiples.length === steps.length - 1
    },
  }
  return tests[entry]()
}

/** A function that fills the natural parameters of element n at a state. */
function bindNatural(
  { relation, instances, slots, dependents: { weighed }, pairs, family: label }: ConjugateMatch,
  engine: Engine,
): (s: Float64Array, n: number, natural: Float64Array) => void {
  const family = CONJUGATE_FAMILIES.find((one) => one.label === label)!
  const { graph } = engine
  const own = engine.functions[relation]!
  if (own.kind !== "stochastic") throw new InternalError("a computed relation is not drawn")
  const prior = family.priors[own.distribution.name]!
  const ownArgs = new Float64Array(Math.max(4, own.argsLength))
  const children = graph.relations.map((child, r) => {
    const f = engine.functions[r]!
    if (pairs[r]! < 0 || f.kind !== "stochastic") return null
    const length = f.argsLength
    let most = 0
    for (let k = 0; k < weighed.relation.length; k++)
      if (weighed.relation[k] === r) most = Math.max(most, weighed.to[k]! - weighed.from[k]!)
    return {
      f,
      pair: family.pairs[pairs[r]!]!,
      writes: child.writes,
      length,
      args: new Float64Array(length * most),
      views: Array.from({ length: most }, (_, j) => j),
    }
  })
  const views = children.map((child) =>
    child === null
      ? []
      : child.views.map((j) => child.args.subarray(j * child.length, (j + 1) * child.length)),
  )
  return (s, n, natural) => {
    own.args(s, instances[n]!, ownArgs)
    prior.start(natural, ownArgs)
    const x = s[slots[n]!]!
    for (let k = weighed.start[n]!; k < weighed.start[n + 1]!; k++) {
      const r = weighed.relation[k]!
      const { f, pair, writes, args } = children[r]!
      const from = weighed.from[k]!
      const to = weighed.to[k]!
      f.argsOf(s, weighed.instances, from, to, args)
      const own = views[r]!
      for (let j = from; j < to; j++)
        pair.contribute(natural, s[writes[weighed.instances[j]!]!]!, own[j - from]!, x)
    }
  }
}

function noDraw(
  { slots, family }: ConjugateMatch,
  engine: Engine,
  n: number,
  natural: Float64Array,
): NumericalError {
  const name = slotName(engine.graph, slots[n]!)
  return new NumericalError(`no draw of ${name} from ${family}(${[...natural].join(", ")})`, {
    code: "not-finite",
    where: name,
    hint: "give other initial values, or a proper prior",
  })
}
