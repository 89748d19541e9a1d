/** Conjugate draws of numbers, one element after another. */
import { InternalError, NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import type { Stream } from "../../random/stream.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import type { Kernel } from "../sampler.ts"
import type { Engine, WeighedFunctions } from "./engine.ts"
import { type EntryForm, EntryForms } from "./entry-form.ts"
import { dependsOn } from "./linear.ts"
import { findReach, type Reach } from "./linear-set.ts"
import { findMergedRows, meanOf } from "./merged-rows.ts"
import type { ConjugateFamily, ConjugatePair, ConjugatePrior } from "./pairs/conjugate-family.ts"
import { CONJUGATE_FAMILIES } from "./pairs/registry.ts"
import { bindPointer } from "./points-here.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"
import { bindSupport } from "./support.ts"

/** How a child relation takes the target. Plain data. */
export interface NumberChild extends EntryForm {
  readonly relation: number
  /** Position in the family's pairs. */
  readonly pair: number
}

/** A relation of numbers with a conjugate full conditional. Plain data. */
export interface ConjugateNumberMatch extends Site {
  readonly kind: "number"
  /** `id` of the family. */
  readonly family: string
  readonly children: readonly NumberChild[]
}

export const familyOf = (id: string): ConjugateFamily => CONJUGATE_FAMILIES.find((one) => one.id === id)!

/** The prior of a match. */
export function priorOf({ graph }: Pick<Engine, "graph">, match: ConjugateNumberMatch): ConjugatePrior {
  const { name } = lookupBugsDistribution(relationOf(graph, match.relation).distribution)
  return familyOf(match.family).priors[name]!
}

/** The conjugate family of a number with what each child adds to it, or why there is none. */
export function matchConjugateNumber(model: RelationModel, target: Target): ConjugateNumberMatch | Refusal {
  const { graph, network } = model
  const one = relationOf(graph, target.relation)
  const { name } = lookupBugsDistribution(one.distribution)
  const families = CONJUGATE_FAMILIES.filter(({ priors }) => {
    const prior = priors[name]
    return prior !== undefined && (prior.accepts === undefined || prior.accepts(one))
  })
  if (families.length === 0)
    return refusal("prior-not-conjugate", `its ${name} prior has no conjugate family here`)
  const reach = findReach(network, [target])
  const forms = findForms(model, target, reach)
  if (isRefusal(forms)) return forms
  let first: Refusal | null = null
  for (const family of families) {
    const children = findPairs(model, forms, family)
    if (isRefusal(children)) {
      first ??= children
      continue
    }
    const site = makeSite(network, target.relation, target.instances)
    const { shape } = family.priors[name]!
    if (shape !== undefined && shape + leastShape(site, children, family) <= 0) {
      // Nearer than a family that lacks a pair.
      first = refusal("improper", "its children may be too few for a flat prior to give a proper conditional")
      continue
    }
    return { kind: "number", ...site, family: family.id, children }
  }
  return first!
}

interface ChildForm {
  readonly relation: number
  readonly argument: number
  readonly form: EntryForm
}

/** Which argument of each child relation hangs on the target, and how. */
function findForms(
  { graph, network }: RelationModel,
  { relation }: Target,
  reach: Reach,
): readonly ChildForm[] | Refusal {
  const inSet = reach.slots
  const entries = new EntryForms(network, relation, inSet)
  const found: ChildForm[] = []
  for (const { relation: r, instances } of reach.children) {
    const child = relationOf(graph, r)
    const { name, argumentNames } = lookupBugsDistribution(child.distribution)
    if (child.bounds !== null && child.bounds.kind === "T")
      return refusal(
        "truncated-child",
        `${child.variable} is truncated, and the mass that is left hangs on it`,
      )
    const reached = child.args.flatMap((arg, k) => (dependsOn(child, arg, inSet) ? [k] : []))
    const [argument] = reached
    const isCensored = [child.bounds?.lower, child.bounds?.upper].some(
      (e) => e !== null && e !== undefined && dependsOn(child, e, inSet),
    )
    const form = reached.length === 1 && !isCensored ? entries.ofArgument(r, instances, argument!) : null
    if (form === null) {
      const where = reached.length === 1 ? `the ${argumentNames[argument!] ?? "argument"} of ` : ""
      return refusal("no-pair", `${where}${child.variable} ~ ${name} is no multiple of a power of it`)
    }
    found.push({ relation: r, argument: argument!, form })
  }
  return found
}

/** The pair of every child relation, or why one has none. */
function findPairs(
  { graph }: RelationModel,
  forms: readonly ChildForm[],
  family: ConjugateFamily,
): readonly NumberChild[] | Refusal {
  const children: NumberChild[] = []
  for (const { relation: r, argument, form } of forms) {
    const child = relationOf(graph, r)
    const { name, argumentNames } = lookupBugsDistribution(child.distribution)
    const pair = family.pairs.findIndex(
      (one) =>
        one.child === name &&
        one.argument === argument &&
        one.power === form.power &&
        one.complement === form.complement &&
        (form.unit || !one.unit) &&
        (one.accepts === undefined || one.accepts(child)),
    )
    if (pair < 0)
      return refusal(
        "no-pair",
        `no ${family.label} pair for the ${argumentNames[argument] ?? "argument"} of ${child.variable} ~ ${name}`,
      )
    children.push({ ...form, relation: r, pair })
  }
  return children
}

/** What the children of the element with the fewest add to its shape, whatever the state. */
function leastShape(
  { instances, dependents: { weighed } }: Site,
  children: readonly NumberChild[],
  family: ConjugateFamily,
): number {
  const each = new Map(
    children.map(({ relation, pair, picks }) => [relation, picks ? 0 : family.pairs[pair]!.leastShape]),
  )
  let least = Infinity
  for (let n = 0; n < instances.length; n++) {
    let sum = 0
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++)
      sum += (weighed.to[run]! - weighed.from[run]!) * each.get(weighed.relation[run]!)!
    least = Math.min(least, sum)
  }
  return least
}

/** Exact draw of one element after another. */
export function bindConjugateNumber(match: ConjugateNumberMatch, engine: Engine): Kernel {
  const { relation, instances, slots } = match
  const { computed, weighed } = match.dependents
  const family = familyOf(match.family)
  const prior = priorOf(engine, match)
  const natural = bindNatural(match, engine, family, prior)
  const support = bindSupport(engine, relation)
  const n0 = new Float64Array(family.natural.length)
  const bounds = new Float64Array(2)
  const own = engine.functions[relation]!
  return {
    writes: slots,
    memoryLength: 0,
    step(s, _memory, rng) {
      for (let n = 0; n < instances.length; n++) {
        natural(s, n, n0, rng)
        support(s, instances[n]!, bounds)
        const x = family.draw(rng, n0, bounds[0]!, bounds[1]!)
        if (Number.isNaN(x)) throw noDraw(match, engine, n, n0)
        s[slots[n]!] = x
        engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
      }
    },
    ...(prior.isMixture === true
      ? {
          logDensity(s: Float64Array) {
            let total = own.kind === "stochastic" ? own.logDensity(s, instances, 0, instances.length) : 0
            for (let n = 0; n < instances.length; n++)
              total += engine.weigh(s, weighed, weighed.start[n]!, weighed.start[n + 1]!)
            return total
          },
        }
      : {
          logConditional(s: Float64Array) {
            let total = 0
            for (let n = 0; n < instances.length; n++) {
              natural(s, n, n0, null)
              support(s, instances[n]!, bounds)
              total += family.logDensity(s[slots[n]!]!, n0, bounds[0]!, bounds[1]!)
            }
            return total
          },
        }),
  }
}

interface BoundChild {
  readonly f: WeighedFunctions
  readonly pair: ConjugatePair
  readonly unit: boolean
  readonly power: number
  readonly writes: Int32Array
  readonly y: Float64Array
  readonly args: Float64Array
  /** The arguments of the j-th instance of a run. */
  readonly views: readonly Float64Array[]
  /** Where the argument that the target enters starts. */
  readonly at: number
}

/** A function that fills the natural parameters of element n at a state, from what `prior` starts with. */
export function bindNatural(
  match: ConjugateNumberMatch,
  engine: Engine,
  family: ConjugateFamily,
  prior: Pick<ConjugatePrior, "start">,
): (s: Float64Array, n: number, natural: Float64Array, rng: Stream | null) => void {
  const { relation, instances, slots } = match
  const { weighed } = match.dependents
  const own = engine.functions[relation]!
  if (own.kind !== "stochastic") throw new InternalError("a computed relation is not drawn")
  const ownArgs = new Float64Array(Math.max(4, own.argsLength))
  const bound: (BoundChild | null)[] = engine.graph.relations.map(() => null)
  for (const { relation: r, pair, unit, power } of match.children) {
    const f = engine.functions[r]!
    if (f.kind !== "stochastic") continue
    let most = 0
    for (let k = 0; k < weighed.relation.length; k++)
      if (weighed.relation[k] === r) most = Math.max(most, weighed.to[k]! - weighed.from[k]!)
    const args = new Float64Array(f.argsLength * most)
    const { writes, width } = engine.graph.relations[r]!
    bound[r] = {
      f,
      pair: family.pairs[pair]!,
      unit,
      power,
      writes,
      y: new Float64Array(width),
      args,
      views: Array.from({ length: most }, (_, j) => args.subarray(j * f.argsLength, (j + 1) * f.argsLength)),
      at: f.argStarts[family.pairs[pair]!.argument]!,
    }
  }
  const picks = match.children.filter((child) => child.picks)
  const picking = picks.map((child) => child.relation)
  const pointer =
    picks.length === 0
      ? null
      : bindPointer(
          match,
          picks.map((child) => ({
            relation: child.relation,
            argument: family.pairs[child.pair]!.argument,
            first: 0,
          })),
          engine,
        )
  const merged = Array.from(weighed.relation, (r, run) =>
    picking.includes(r)
      ? null
      : findMergedRows(engine.graph, r, weighed.instances.subarray(weighed.from[run]!, weighed.to[run]!)),
  )
  const part = new Float64Array(family.natural.length)
  return (s, n, natural, rng) => {
    const x = s[slots[n]!]!
    own.args(s, instances[n]!, ownArgs)
    prior.start(natural, ownArgs, x, rng)
    if (n === 0) pointer?.look(s)
    pointer?.aim(s, n)
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++) {
      const r = weighed.relation[run]!
      const { f, pair, unit, power, writes, y, args, views, at } = bound[r]!
      const from = weighed.from[run]!
      const to = weighed.to[run]!
      const u = power === 1 ? x : x ** power
      const size = y.length
      const rows = merged[run]!
      if (rows !== null) {
        // What equal rows add is linear in the value.
        const { first, start } = rows
        f.argsOf(s, first, 0, first.length, args)
        for (let c = 0; c < first.length; c++) {
          const count = start[c + 1]! - start[c]!
          y[0] = meanOf(s, rows, c)
          part.fill(0)
          pair.contribute(part, y, views[c]!, f.argStarts, unit ? 1 : views[c]![at]! / u)
          for (let k = 0; k < part.length; k++) natural[k]! += count * part[k]!
        }
        continue
      }
      f.argsOf(s, weighed.instances, from, to, args)
      for (let j = from; j < to; j++) {
        const i = weighed.instances[j]!
        if (pointer !== null && !pointer.points(s, r, i)) continue
        const own = views[j - from]!
        for (let w = 0; w < size; w++) y[w] = s[writes[i * size + w]!]!
        pair.contribute(natural, y, own, f.argStarts, unit ? 1 : own[at]! / u)
      }
    }
    pointer?.release(n)
  }
}

function noDraw(
  { slots, family }: ConjugateNumberMatch,
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
