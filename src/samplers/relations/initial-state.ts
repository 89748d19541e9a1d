/** Initial values of a model of relations: those given, and for the rest values that the model allows, different by chain. */
import { ModelError } from "../../core/errors.ts"
import type { ArrayValue } from "../../models/array-value.ts"
import { lineOf } from "../../models/bugs/syntax-error.ts"
import { elementName, type RelationGraph, slotName } from "../../models/relations/relation-graph.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { buildNetwork, type Network } from "./dependents.ts"
import type { Engine, WeighedFunctions } from "./engine.ts"
import { bindBounds, findIntervals } from "./interval-bounds.ts"
import { findReach } from "./linear-set.ts"
import { bindPriorDraw } from "./prior-draw.ts"
import { makeSite, relationOf } from "./site.ts"
import { bindSupport } from "./support.ts"

/** How often values are drawn anew, closer and closer together, until the model allows them. */
const ATTEMPTS = 200
/** Log density for each datum below which a state is so far from the data that another is looked for. */
const FAR = -1e5

/** Initial values by variable, NaN where none is given. */
export type Inits = ReadonlyMap<string, ArrayValue>

/**
 * A state that the model allows. Elements without an initial value are drawn one after another, parents first: around
 * the mean of their prior where it is informative, around a typical value where it is vague. Of states that are very far from
 * the data (populations that grow without bound) the nearest of many is taken.
 *
 * @param mend draws what it can exactly given the rest, at a state that the model does not allow: what is known by an
 *   interval alone, or has few values
 * @throws ModelError naming the node, its value and its parents' values when no allowed state is found
 */
export function initialState(
  engine: Engine,
  inits: Inits,
  rng: Stream,
  mend: (s: Float64Array, rng: Stream) => void = () => undefined,
): Float64Array {
  const { graph } = engine
  const given = readInits(graph, inits)
  const sequence = orderOf(graph)
  // Who reads what is asked only where something is observed by its interval.
  const network = graph.relations.some(isInterval) ? buildNetwork(graph) : null
  const draws = graph.relations.map((_, r) =>
    graph.relations[r]!.kind === "stochastic" ? bindGuess(engine, r, network) : null,
  )
  const data = graph.relations.reduce(
    (total, one) => total + (one.kind === "stochastic" && one.observed ? one.size * one.width : 0),
    0,
  )
  const least = data === 0 ? -Infinity : FAR * data
  let nearest: { readonly s: Float64Array; readonly log: number } | null = null
  let first: Failure | null = null
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const s = graph.values.slice()
    // Far apart at first; the last attempts start from the middle of everything.
    const spread = 2 * (1 - attempt / (ATTEMPTS - 1))
    for (const { relation, from, to } of sequence.runs) {
      const f = engine.functions[relation]!
      if (f.kind === "deterministic") f.update(s, sequence.instance, from, to)
      else if (!relationOf(graph, relation).observed) {
        const { writes, width } = relationOf(graph, relation)
        for (let p = from; p < to; p++) {
          const instance = sequence.instance[p]!
          draws[relation]!(s, instance, spread, rng)
          for (let k = instance * width; k < (instance + 1) * width; k++) {
            const value = given[writes[k]!]!
            if (!Number.isNaN(value)) s[writes[k]!] = value
          }
        }
      }
    }
    const failure = findFailure(engine, sequence, s)
    if (failure !== null) {
      mend(s, rng)
      if (findFailure(engine, sequence, s) !== null) {
        first = failure
        continue
      }
    }
    const log = logDensity(engine, sequence, s)
    if (log >= least) return s
    if (nearest === null || log > nearest.log) nearest = { s, log }
  }
  if (nearest !== null) return nearest.s
  throw inconsistent(engine, first!)
}

/** Log density of the data at a state; those that are so unlikely that it is not a number count as impossible. */
function logDensity(engine: Engine, { instance, runs }: Sequence, s: Float64Array): number {
  let total = 0
  for (const { relation, from, to } of runs) {
    const f = engine.functions[relation]!
    if (f.kind === "stochastic" && relationOf(engine.graph, relation).observed)
      total += f.logDensity(s, instance, from, to)
  }
  return Number.isNaN(total) ? -Infinity : total
}

/** The first instance, parents first, that the state does not allow. */
function findFailure(engine: Engine, { instance, runs }: Sequence, state: Float64Array): Failure | null {
  for (const { relation, from, to } of runs) {
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") continue
    const isAllowed = (first: number, last: number) => f.logDensity(state, instance, first, last) > -Infinity
    let end = to
    if (!isAllowed(from, to)) for (end = from; end < to && isAllowed(end, end + 1); ) end++
    const p = findImpossible(engine, relation, f, instance.subarray(from, end), state)
    const at = p < 0 ? end : from + p
    if (at < to) return { relation, instance: instance[at]!, state }
  }
  return null
}

/**
 * The first of some data that do not lie where their distribution has them, −1 where all do: the densities of observed draws
 * leave terms in the data out.
 */
function findImpossible(
  { graph }: Engine,
  relation: number,
  f: WeighedFunctions,
  instances: Int32Array,
  state: Float64Array,
): number {
  const { observed, writes, width } = relationOf(graph, relation)
  if (!observed) return -1
  const { distribution, argsLength, argStarts, argLengths } = f
  const args = new Float64Array(argsLength * instances.length + 4)
  f.argsOf(state, instances, 0, instances.length, args)
  if (distribution.calling === "numbers") {
    for (let n = 0, at = 0; n < instances.length; n++, at += argsLength) {
      const x = state[writes[instances[n]!]!]!
      const density = distribution.logDensity(x, args[at]!, args[at + 1]!, args[at + 2]!, args[at + 3]!)
      if (!(density > -Infinity)) return n
    }
    return -1
  }
  const x = new Float64Array(width)
  for (let n = 0; n < instances.length; n++) {
    for (let k = 0; k < width; k++) x[k] = state[writes[instances[n]! * width + k]!]!
    const own = args.subarray(n * argsLength, (n + 1) * argsLength)
    if (!(distribution.logDensity(x, 0, width, own, argStarts, argLengths) > -Infinity)) return n
  }
  return -1
}

interface Failure {
  readonly relation: number
  readonly instance: number
  readonly state: Float64Array
}

/** Every instance of every relation, parents first, and the runs of one relation in it. */
interface Sequence {
  readonly instance: Int32Array
  readonly runs: readonly { readonly relation: number; readonly from: number; readonly to: number }[]
}

function orderOf({ relations, order }: RelationGraph): Sequence {
  const total = relations.reduce((sum, { size }) => sum + size, 0)
  const relation = new Int32Array(total)
  const instance = new Int32Array(total)
  order.forEach((positions, r) => {
    for (let i = 0; i < positions.length; i++) {
      relation[positions[i]!] = r
      instance[positions[i]!] = i
    }
  })
  const runs: { relation: number; from: number; to: number }[] = []
  for (let from = 0, to = 0; from < total; from = to) {
    while (to < total && relation[to] === relation[from]) to++
    runs.push({ relation: relation[from]!, from, to })
  }
  return { instance, runs }
}

/** Values given, by slot; NaN elsewhere. @throws ModelError for shapes that do not fit */
function readInits(graph: RelationGraph, inits: Inits): Float64Array {
  const given = new Float64Array(graph.length).fill(Number.NaN)
  for (const [name, { dims, values }] of inits) {
    const variable = graph.variables.find((v) => v.name === name)
    if (variable === undefined) continue
    if (values.length !== variable.size) {
      throw new ModelError(
        `initial values of ${name} are ${dims.join(" by ")}, expected ${variable.dims.join(" by ")}`,
        { code: "inits-shape", where: "inits", hint: "give NA where an element has none" },
      )
    }
    given.set(values, variable.offset)
  }
  return given
}

type Guess = (s: Float64Array, instance: number, spread: number, rng: Stream) => void

/** Draws an initial value of an instance given its parents, `spread` typical sds wide. */
function bindGuess(engine: Engine, relation: number, network: Network | null): Guess {
  const f = engine.functions[relation]!
  if (f.kind !== "stochastic") return () => undefined
  const { distribution } = f
  const draw = bindPriorDraw(engine, relation)
  if (distribution.calling === "arrays" && distribution.shape === "scalar")
    return (s, i, _, rng) => draw(s, i, rng)
  if (distribution.calling === "arrays") return bindArrayGuess(engine, relation, f)
  const { writes } = relationOf(engine.graph, relation)
  const intervals = network === null ? null : bindIntervals(engine, network, relation)
  if (distribution.discrete && distribution.isProper && intervals === null)
    return (s, i, _, rng) => draw(s, i, rng)
  const support = intervals ?? bindSupport(engine, relation)
  const args = new Float64Array(4)
  const bounds = new Float64Array(2)
  return (s, i, spread, rng) => {
    f.args(s, i, args)
    support(s, i, bounds)
    if (distribution.discrete && distribution.isProper) {
      const [a, b, c, d] = args
      s[writes[i]!] = distribution.sampleTruncated(rng, bounds[0]!, bounds[1]!, a!, b!, c!, d!)
      return
    }
    const mean = distribution.mean(args[0]!, args[1]!, args[2]!, args[3]!)
    const sd = Math.sqrt(distribution.variance(args[0]!, args[1]!, args[2]!, args[3]!))
    s[writes[i]!] = guess(mean, sd, bounds[0]!, bounds[1]!, spread * drawNormal(rng))
  }
}

const isInterval = (relation: RelationGraph["relations"][number]): boolean =>
  relation.kind === "stochastic" && relation.observed && relation.distribution === "dinterval"

/** The bounds of a drawn relation's instances that are observed by their intervals; null when none is. */
function bindIntervals(
  engine: Engine,
  network: Network,
  relation: number,
): ReturnType<typeof bindSupport> | null {
  const { observed, size } = relationOf(engine.graph, relation)
  if (observed) return null
  const instances = new Int32Array(size).map((_, i) => i)
  const intervals = findIntervals(network, relation, findReach(network, [{ relation, instances }]))
  return intervals.length === 0 ? null : bindBounds(engine, makeSite(network, relation, instances), intervals)
}

/** An sd beyond which a prior says nothing about where to start. */
const VAGUE = 10

function guess(mean: number, sd: number, lower: number, upper: number, z: number): number {
  const isVague = !(Number.isFinite(mean) && sd < VAGUE)
  if (lower > -Infinity && upper < Infinity) {
    // On the logit scale between the bounds, around the mean where it says something.
    const share = Number.isFinite(mean) ? (mean - lower) / (upper - lower) : 0.5
    const middle = share > 0.01 && share < 0.99 ? Math.log(share / (1 - share)) : 0
    return lower + (upper - lower) / (1 + Math.exp(-(middle + 0.5 * z)))
  }
  if (lower > -Infinity) {
    const typical =
      mean > lower && mean - lower < 1e3 && mean - lower > 1e-3 && sd < VAGUE * (mean - lower)
        ? mean - lower
        : 1
    return lower + typical * Math.exp(0.5 * z)
  }
  if (upper < Infinity) return upper - Math.exp(0.5 * z)
  const centre = Number.isFinite(mean) ? mean : 0
  return centre + (isVague ? 1 : Math.max(sd, 1e-12)) * z
}

/** A vector or matrix: the mean where there is one, moved a little. */
function bindArrayGuess(engine: Engine, relation: number, f: WeighedFunctions): Guess {
  const { writes, width } = relationOf(engine.graph, relation)
  const { distribution, argStarts, argLengths } = f
  const draw = bindPriorDraw(engine, relation)
  const args = new Float64Array(f.argsLength)
  const mean = new Float64Array(width)
  return (s, i, spread, rng) => {
    draw(s, i, rng)
    if (distribution.calling !== "arrays" || distribution.discrete) return
    f.args(s, i, args)
    distribution.mean(mean, 0, width, args, argStarts, argLengths)
    if (mean.some((value) => !Number.isFinite(value))) return
    // A convex mixture of a draw and the mean stays in every support there is: vectors, simplexes, covariance matrices.
    const share = distribution.shape === "vector" && isUnbounded(f) ? 0 : Math.min(1, spread / 4)
    for (let k = 0; k < width; k++) {
      const slot = writes[i * width + k]!
      s[slot] = share * s[slot]! + (1 - share) * mean[k]! + (share === 0 ? spread * 0.5 * drawNormal(rng) : 0)
    }
  }
}

const isUnbounded = ({ distribution }: WeighedFunctions): boolean =>
  distribution.family === "multivariateNormal" || distribution.family === "multivariateT"

function inconsistent(engine: Engine, { relation, instance, state }: Failure): ModelError {
  const { graph } = engine
  const one = relationOf(graph, relation)
  const f = engine.functions[relation]!
  const slot = one.writes[instance * one.width]!
  const parts: string[] = []
  let wrong: string | undefined
  if (f.kind === "stochastic") {
    const args = new Float64Array(f.argsLength)
    f.args(state, instance, args)
    const own = Array.from(f.argLengths, (length, k) => args.slice(f.argStarts[k]!, f.argStarts[k]! + length))
    wrong = f.distribution.checkArguments(own)
    f.distribution.argumentNames.forEach((name, k) => {
      const values = own[k]!
      parts.push(
        `${name} = ${values.length === 1 ? format(values[0]!) : `(${[...values].map(format).join(", ")})`}`,
      )
    })
  }
  return new ModelError(
    `${slotName(graph, slot)} = ${format(state[slot]!)} is inconsistent with its parents, ${parts.join(", ")}${wrong === undefined ? "" : ` (${wrong})`}, in ${one.text}`,
    {
      code: "inconsistent",
      where: `line ${lineOf(one.span.text, one.span.start)}`,
      span: one.span,
      hint: one.observed
        ? "check this value in the data, or give initial values of its parents that allow it"
        : "give an initial value that its distribution allows",
    },
  )
}

const format = (value: number): string => String(Number(value.toPrecision(6)))

/** Names given that the model does not have, or computes. */
export function checkInits(graph: RelationGraph, inits: Inits): string[] {
  return [...inits.keys()].flatMap((name) => {
    const variable = graph.variables.find((v) => v.name === name)
    if (variable === undefined)
      return [`initial values for "${name}" are not used: the model has no such name`]
    const isDrawn = graph.relations.some((r) => r.variable === name && r.kind === "stochastic" && !r.observed)
    return isDrawn
      ? []
      : [`initial values for "${name}" are not used: ${elementName(variable, 0)} is not drawn`]
  })
}
