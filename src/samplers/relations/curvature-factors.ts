/**
 * Children of a block whose arguments are smooth functions of it, as factors with slopes G of the arguments by the block's
 * coordinates and expected information I of the arguments: G' I G is their part of the curvature.
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { lookupFunction } from "../../models/functions/registry.ts"
import type { EqualInstances } from "../../models/relations/equal-instances.ts"
import type { Relation, RelationExpr } from "../../models/relations/relation-graph.ts"
import { bindCensoredCurvature } from "./censored-density.ts"
import { anyState, bindTangents, type ColumnSets, findSetRows } from "./column-sets.ts"
import { ARGUMENT_FAMILIES, findArgumentFamilies } from "./curvature-families.ts"
import { bindCounts, bindValues } from "./curvature-values.ts"
import type { Network, TargetRuns } from "./dependents.ts"
import { noConstants } from "./emit.ts"
import { createEmitter } from "./emit-tangents.ts"
import { type Engine, makeFunction, type WeighedFunctions } from "./engine.ts"
import { type FactorPattern, findPatterns } from "./factor-pattern.ts"
import { dependsOn } from "./linear.ts"
import { isFixedAffine, NORMALS, type Reach, reachedArguments } from "./linear-set.ts"
import { findEqualRows, findMergedRows, type MergedRows } from "./merged-rows.ts"
import { relationOf } from "./site.ts"
import type { TruncatedMatch } from "./truncated-site.ts"

/** Factors of one child relation through one family of its arguments. Plain data. */
export interface ArgumentGroup extends FactorPattern {
  /** Position in the list of families. */
  readonly family: number
  /** Classes of equal rows, of which `instances` has the first of each; null where every row stands for itself. */
  readonly rows: MergedRows | null
  /** Classes of categories drawn with equal arguments, of which `instances` has the first of each; null where there are none. */
  readonly counted: EqualInstances | null
  /** Where the instances are integrated out over the intervals in which they are. */
  readonly censored: TruncatedMatch | null
  /**
   * Where the argument is a function h of one linear combination a'x with fixed coefficients: these, by place, and a'v of
   * each instance for the direction v along which h' is found. Null where slopes are found element by element.
   */
  readonly linear: { readonly coefficients: Float64Array; readonly along: Float64Array } | null
}

/** What reads a block, without what is normal with a mean in it. */
export interface ArgumentGroups {
  readonly groups: readonly ArgumentGroup[]
  /** v. */
  readonly direction: Float64Array
}

/** By element, whether some of these arguments of a relation hang on it. */
export type ReachesArguments = (relation: number, positions: readonly number[]) => Uint8Array

/** Arguments of a child that no factor of a normal with residuals covers. */
export const curvedArguments = (reach: Reach, child: ReturnType<typeof relationOf>): number[] =>
  reachedArguments(child, reach).filter((k) => k !== 0 || NORMALS[child.distribution] === undefined)

/** The elements of a block. */
export interface BlockElements {
  readonly slots: Int32Array
  /** Children of each. */
  readonly weighed: TargetRuns
  readonly sets: ColumnSets
  /** Whether an element has a coordinate of its own. */
  readonly isScaled: (column: number) => boolean
  readonly reaches: ReachesArguments
}

/**
 * Groups the children that are reached through such arguments.
 * @param censored children that are integrated out
 */
export function findArgumentGroups(
  network: Network,
  engine: Engine,
  reach: Reach,
  { slots, weighed, sets, isScaled, reaches }: BlockElements,
  censored: readonly TruncatedMatch[],
): ArgumentGroups {
  const { graph } = network
  const direction = Float64Array.from(slots, (_, k) => 0.5 + (((k + 1) * 0.6180339887498949) ** 2 % 1))
  const groups = reach.children.flatMap(({ relation, instances }): ArgumentGroup[] => {
    const child = relationOf(graph, relation)
    const curved = curvedArguments(reach, child)
    if (curved.length === 0) return []
    const families = findArgumentFamilies(lookupBugsDistribution(child.distribution).name, curved) ?? []
    const rows = findMergedRows(graph, relation, instances)
    return families.flatMap((family) => {
      const { arguments: own, ofVector } = ARGUMENT_FAMILIES[family]!
      const isCounted = ARGUMENT_FAMILIES[family]!.evaluateCounts !== undefined && child.bounds === null
      const counted = isCounted ? findEqualRows(graph, relation, instances) : null
      const wanted = { relation, instances: (counted ?? rows)?.first ?? instances, size: child.size }
      const counts = reaches(relation, own)
      const [pattern] = findPatterns([{ ...wanted, counts }], weighed, slots.length)
      if (pattern === undefined) return []
      const isSimple = own.length === 1 && !ofVector && !pattern.columns.some(isScaled)
      const linear = isSimple
        ? findLinear(network, engine, reach, sets, pattern, child.args[own[0]!]!, direction)
        : null
      return {
        ...pattern,
        family,
        rows,
        counted,
        censored: censored.find((site) => site.relation === relation) ?? null,
        linear,
      }
    })
  })
  return { groups, direction }
}

/** The linear combination inside an argument, when it is a function of one. */
function findLinear(
  network: Network,
  engine: Engine,
  reach: Reach,
  sets: ColumnSets,
  pattern: FactorPattern,
  argument: RelationExpr,
  direction: Float64Array,
): ArgumentGroup["linear"] {
  const { graph } = network
  const { relation, instances, columns, start } = pattern
  const core = findCore(network, reach, relation, argument, instances)
  if (core === null) return null
  const of = graph.relations[core.relation]!
  const constants = noConstants()
  const emitter = createEmitter(of, constants, graph.fixed)
  const slope = emitter.tangent(core.value)
  if (slope === null) return null
  const tangents = makeFunction<
    (s: Float64Array, t: Float64Array, list: Int32Array, from: number, to: number, out: Float64Array) => void
  >(
    ["s", "t", "list", "from", "to", "out"],
    `for (let n = from; n < to; n++) {\nconst i = list[n];\n${emitter.lines.join("\n")}\nout[n] = ${slope};\n}`,
    constants,
  )
  // Slopes are the same wherever they are taken.
  const s = anyState(graph)
  const rows = findSetRows(sets, pattern, core.instances)
  const found = new Float64Array(columns.length)
  bindTangents(
    sets,
    engine,
    null,
  )(s, (set, t) => {
    tangents(s, t, rows.list, rows.start[set]!, rows.start[set + 1]!, found)
  })
  const coefficients = new Float64Array(columns.length)
  for (let k = 0; k < found.length; k++) coefficients[rows.places[k]!] = found[k]!
  const along = new Float64Array(instances.length)
  for (let n = 0; n < instances.length; n++) {
    let size = 0
    for (let k = start[n]!; k < start[n + 1]!; k++) {
      along[n]! += coefficients[k]! * direction[columns[k]!]!
      size += Math.abs(coefficients[k]! * direction[columns[k]!]!)
    }
    // A combination that all but vanishes along v would leave h' to rounding; one without a finite slope, unknown.
    if (!(Math.abs(along[n]!) > 1e-6 * size) && size !== 0) return null
  }
  return { coefficients, along }
}

interface Core {
  readonly relation: number
  readonly value: RelationExpr
  /** Of the core's relation, by instance of the child. */
  readonly instances: Int32Array
}

/** Descends through functions with one argument that moves to an expression that is linear with fixed slopes. */
function findCore(
  { graph, owners }: Network,
  reach: Reach,
  relation: number,
  value: RelationExpr,
  instances: Int32Array,
): Core | null {
  const of: Relation = graph.relations[relation]!
  if (isFixedAffine(graph, reach, of, value)) return { relation, value, instances }
  const inSet = reach.slots
  if (value.op === "call" && value.dims === null) {
    if (lookupFunction(value.name, value.args.length).kind === "array") return null
    const moving = value.args.filter((arg) => dependsOn(of, arg, inSet))
    return moving.length === 1
      ? findCore({ graph, owners } as Network, reach, relation, moving[0]!, instances)
      : null
  }
  if (value.op !== "read") return null
  const { slots, length, shared } = of.references[value.reference]!
  if (length !== 1) return null
  const read = instances.map((i) => slots[shared ? 0 : i]!)
  const owner = owners.relation[read[0]!]!
  const next = graph.relations[owner]
  if (next?.kind !== "deterministic" || next.width !== 1) return null
  if (!read.every((slot) => owners.relation[slot] === owner)) return null
  return findCore(
    { graph, owners } as Network,
    reach,
    owner,
    next.value,
    read.map((slot) => owners.instance[slot]!),
  )
}

/** Adds a group's part of the curvature and of the gradient. Tangents along v stand in `along` when it is called. */
export type AddCurvature = (
  s: Float64Array,
  along: Float64Array,
  q: Float64Array,
  gradient: Float64Array,
) => void

/**
 * @param pairs for each pair of columns of each instance the place of their product in Q
 * @param scale derivative of each element by its coordinate
 */
export function bindArgumentGroup(
  group: ArgumentGroup,
  pairs: Int32Array,
  sets: ColumnSets,
  engine: Engine,
  scale: Float64Array,
): AddCurvature {
  const f = engine.functions[group.relation]!
  if (f.kind !== "stochastic") return () => undefined
  return group.linear === null
    ? bindGeneral(group, pairs, sets, engine, f, scale)
    : bindLinear(group, group.linear, pairs, engine, f)
}

function bindLinear(
  group: ArgumentGroup,
  { coefficients, along }: NonNullable<ArgumentGroup["linear"]>,
  pairs: Int32Array,
  engine: Engine,
  f: WeighedFunctions,
): AddCurvature {
  const { instances, start, columns, family, rows } = group
  const { arguments: own } = ARGUMENT_FAMILIES[family]!
  const { readValues, evaluate } = bindInformation(group, engine, f)
  const place = f.argStarts[own[0]!]!
  const args = new Float64Array(f.argsLength * instances.length + 3)
  const slopes = new Float64Array(f.argsLength * instances.length)
  const out = new Float64Array(2)
  return (s, tangents, q, gradient) => {
    f.argsOf(s, instances, 0, instances.length, args)
    f.argTangentsOf(s, tangents, instances, 0, instances.length, slopes)
    readValues(s)
    let at = 0
    for (let n = 0; n < instances.length; n++) {
      const count = rows === null ? 1 : rows.start[n + 1]! - rows.start[n]!
      const first = start[n]!
      const last = start[n + 1]!
      const h = slopes[n * f.argsLength + place]! / along[n]!
      evaluate(s, n, args, out, 1)
      const g = count * h * out[0]!
      const w = count * h * h * out[1]!
      // Where the argument has run into its bound there is nothing to follow.
      if (!Number.isFinite(g) || !Number.isFinite(w)) {
        at += ((last - first) * (last - first + 1)) / 2
        continue
      }
      for (let a = first; a < last; a++) {
        const coefficient = coefficients[a]!
        gradient[columns[a]!]! += g * coefficient
        const scaled = w * coefficient
        for (let b = first; b <= a; b++) q[pairs[at++]!]! += scaled * coefficients[b]!
      }
    }
  }
}

function bindGeneral(
  group: ArgumentGroup,
  pairs: Int32Array,
  sets: ColumnSets,
  engine: Engine,
  f: WeighedFunctions,
  scale: Float64Array,
): AddCurvature {
  const { instances, start, columns, family, rows } = group
  const { arguments: own, ofVector } = ARGUMENT_FAMILIES[family]!
  const { readValues, evaluate } = bindInformation(group, engine, f)
  const places = Int32Array.from(
    own.flatMap((k) =>
      Array.from({ length: ofVector ? f.argLengths[k]! : 1 }, (_, j) => f.argStarts[k]! + j),
    ),
  )
  const m = places.length
  const weighted = new Float64Array(m)
  const args = new Float64Array(f.argsLength * instances.length + 3)
  const slopes = new Float64Array(m * columns.length)
  const out = new Float64Array(m + m * m)
  const bySet = findSetRows(sets, group, instances)
  const tangents = new Float64Array(f.argsLength * bySet.most)
  const along = bindTangents(sets, engine, scale)
  let state: Float64Array = args
  const keepSlopes = (set: number, t: Float64Array): void => {
    const first = bySet.start[set]!
    const last = bySet.start[set + 1]!
    if (first === last) return
    f.argTangentsOf(state, t, bySet.list, first, last, tangents)
    for (let k = first; k < last; k++) {
      const to = bySet.places[k]! * m
      const from = (k - first) * f.argsLength
      for (let a = 0; a < m; a++) slopes[to + a] = tangents[from + places[a]!]!
    }
  }
  return (s, _along, q, gradient) => {
    state = s
    along(s, keepSlopes)
    f.argsOf(s, instances, 0, instances.length, args)
    readValues(s)
    let at = 0
    for (let n = 0; n < instances.length; n++) {
      const count = rows === null ? 1 : rows.start[n + 1]! - rows.start[n]!
      const first = start[n]!
      const last = start[n + 1]!
      evaluate(s, n, args, out, m)
      for (let k = 0; k < out.length; k++) out[k]! *= count
      let isKnown = true
      for (let k = 0; k < out.length; k++) if (!Number.isFinite(out[k])) isKnown = false
      for (let k = first * m; k < last * m; k++) if (!Number.isFinite(slopes[k])) isKnown = false
      if (!isKnown) {
        at += ((last - first) * (last - first + 1)) / 2
        continue
      }
      if (m === 1) {
        // The same without loops over arguments.
        for (let a = first; a < last; a++) {
          gradient[columns[a]!]! += slopes[a]! * out[0]!
          const scaled = slopes[a]! * out[1]!
          for (let b = first; b <= a; b++) q[pairs[at++]!]! += scaled * slopes[b]!
        }
        continue
      }
      for (let a = first; a < last; a++) {
        let g = 0
        for (let k = 0; k < m; k++) g += slopes[a * m + k]! * out[k]!
        gradient[columns[a]!]! += g
        for (let l = 0; l < m; l++) {
          weighted[l] = 0
          for (let k = 0; k < m; k++) weighted[l]! += slopes[a * m + k]! * out[m + k * m + l]!
        }
        for (let b = first; b <= a; b++) {
          let w = 0
          for (let l = 0; l < m; l++) w += weighted[l]! * slopes[b * m + l]!
          q[pairs[at++]!]! += w
        }
      }
    }
  }
}

/**
 * Slopes and information of the arguments of instance n, `args` being those of all instances, from values that are read before;
 * of what is censored from its interval.
 */
function bindInformation(
  { relation, instances, family, rows, counted, censored }: ArgumentGroup,
  engine: Engine,
  { argsLength }: WeighedFunctions,
) {
  const { arguments: own, evaluate, evaluateCounts } = ARGUMENT_FAMILIES[family]!
  if (counted !== null && evaluateCounts !== undefined) {
    const { counts, readCounts, size } = bindCounts(engine, relation, counted, own[0]!)
    return {
      readValues: readCounts,
      evaluate: (_s: Float64Array, n: number, args: Float64Array, out: Float64Array, k: number): void =>
        evaluateCounts(counts, n * size, args, n * argsLength, out, k),
    }
  }
  if (censored !== null)
    return {
      readValues: () => undefined,
      evaluate: censoredEvaluate(bindCensoredCurvature(censored, own, engine)),
    }
  const { values, readValues, size } = bindValues(engine, relation, instances, rows)
  return {
    readValues,
    evaluate: (_s: Float64Array, n: number, args: Float64Array, out: Float64Array, k: number): void =>
      evaluate(values, n * size, args, n * argsLength, out, k),
  }
}

const censoredEvaluate =
  (curvature: (s: Float64Array, n: number, out: Float64Array) => void) =>
  (s: Float64Array, n: number, _args: Float64Array, out: Float64Array): void =>
    curvature(s, n, out)
