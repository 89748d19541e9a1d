import { NumericalError } from "../../core/errors.ts"
import {
  createSparseFactor,
  factoriseSparse,
  fromPivotOrder,
  logDeterminantSparse,
  type SparseFactor,
  solveSparse,
  solveSparseLower,
  solveSparseUpper,
  toPivotOrder,
} from "../../math/sparse-cholesky.ts"
import { type RelationGraph, slotName } from "../../models/relations/relation-graph.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Kernel } from "../sampler.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { type Coordinates, coordinateSlope, fromCoordinate, toCoordinate } from "./curvature-coordinates.ts"
import type { Dependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { bindSlopes, type FactorGroup } from "./gaussian-factors.ts"
import { bindGroup, type GaussianMatch } from "./gaussian-kernel.ts"
import { createReference } from "./reference-proposal.ts"
import { relationOf } from "./site.ts"

/** Plain data of a collapsed draw. */
export interface CollapsedBlockMatch extends GaussianMatch {
  /** By group: whether its rows are reduced to sums. */
  readonly reduced: Uint8Array
  /** Slots of the scales, and who draws them. */
  readonly scales: Int32Array
  readonly scaleRelations: Int32Array
  readonly scaleInstances: Int32Array
  readonly coordinates: Coordinates
  readonly scaleDependents: Dependents
  readonly weighed: readonly Instances[]
  /** Whether these hang on nothing drawn that another block draws. */
  readonly isAlone: boolean
}

/** Metropolis–Hastings steps of the scales in a sweep: they cost less than the draw of the elements. */
const STEPS = 2
/** Every so many steps is one of the random walk. */
const WALK_EVERY = 4

/** Sums over the rows of one group, with residuals e = e₀ + G δ from a fixed point: A = G'G, r = G'e₀, c = e₀'e₀. */
interface GroupSums {
  readonly places: Int32Array
  readonly products: Float64Array
  readonly columns: Int32Array
  readonly cross: Float64Array
  squares: number
  /** e₀ and the values it was taken from; elements of the block count as 0. */
  readonly residuals: Float64Array
  readonly values: Float64Array
  /** Slots of the values, or nothing where these are elements of the block. */
  readonly slots: Int32Array
}

/** Equations Q δ = −b of the elements given the scales, factorised. */
interface Equations {
  readonly q: Float64Array
  readonly b: Float64Array
  /** L⁻¹ P b. */
  readonly half: Float64Array
  readonly factor: SparseFactor
  logMarginal: number
}

/**
 * Source: van Dyk & Park (2008), JASA 103, on collapsing; Rue & Held (2005), section 4.1, for the marginal density of the
 * scales: p(φ | y) ∝ p(φ) Π τ_g^{n_g/2} |Q|^{−1/2} exp(−(c − b'Q⁻¹b)/2).
 *
 * memory = [sweeps of warm-up, steps, reference].
 */
export function bindCollapsedBlock(match: CollapsedBlockMatch, engine: Engine): Kernel {
  const { factors, symbolic, after, reduced, scales, coordinates, scaleRelations, scaleInstances } = match
  const { slots, groups } = factors
  const n = slots.length
  const d = scales.length
  const reference = createReference(d, 2)
  const centre = new Float64Array(n)
  const sums = reduceGroups(match, engine, centre)
  const refresh = bindRefresh(groups, sums)
  const others = bindOthers(match, engine)
  const priors = Array.from(scales, (_, k) => {
    const f = engine.functions[scaleRelations[k]!]!
    const instance = Int32Array.of(scaleInstances[k]!)
    return f.kind === "stochastic" ? (s: Float64Array) => f.logDensity(s, instance, 0, 1) : () => 0
  })
  const precisions = groups.map(({ relation, instances }, g) => {
    const f = engine.functions[relation]!
    const args = new Float64Array(f.kind === "stochastic" ? Math.max(2, f.argsLength) : 2)
    const first = instances[0]!
    return (s: Float64Array): number => {
      if (reduced[g] === 0 || f.kind !== "stochastic") return Number.NaN
      f.args(s, first, args)
      return args[1]!
    }
  })
  const createEquations = (): Equations => ({
    q: new Float64Array(symbolic.entries),
    b: new Float64Array(n),
    half: new Float64Array(n),
    factor: createSparseFactor(symbolic),
    logMarginal: Number.NaN,
  })
  let current = createEquations()
  let proposed = createEquations()
  const baseQ = new Float64Array(symbolic.entries)
  const baseGradient = new Float64Array(n)
  const phi = new Float64Array(d)
  const trial = new Float64Array(d)
  const move = new Float64Array(n)
  const trialElements = new Float64Array(n)
  const kept = new Float64Array(d).fill(Number.NaN)
  const scaleRuns = match.scaleDependents.computed
  const runs = after.computed
  const hasOthers = reduced.includes(0)

  const placeScales = (s: Float64Array, from: Float64Array): void => {
    for (let k = 0; k < d; k++) s[scales[k]!] = fromCoordinate(coordinates, k, from[k]!)
    engine.compute(s, scaleRuns, 0, scaleRuns.relation.length)
  }
  const isKept = (s: Float64Array): boolean => {
    for (let k = 0; k < d; k++) if (s[scales[k]!] !== kept[k]) return false
    return true
  }
  /** Equations and marginal density at the scales of the state. */
  const solve = (s: Float64Array, into: Equations): void => {
    const { q, b, half, factor } = into
    if (hasOthers) {
      q.set(baseQ)
      for (let k = 0; k < n; k++) b[k] = -baseGradient[k]!
    } else {
      q.fill(0)
      b.fill(0)
    }
    let log = 0
    let squares = 0
    for (let g = 0; g < sums.length; g++) {
      const part = sums[g]
      if (part === null || part === undefined) continue
      const { places, products, columns, cross } = part
      const precision = precisions[g]!(s)
      for (let k = 0; k < places.length; k++) q[places[k]!]! += precision * products[k]!
      for (let k = 0; k < columns.length; k++) b[columns[k]!]! += precision * cross[k]!
      squares += precision * part.squares
      log += 0.5 * part.residuals.length * Math.log(precision)
    }
    if (!factoriseSparse(factor, q)) {
      into.logMarginal = -Infinity
      return
    }
    toPivotOrder(symbolic, b, half)
    solveSparseLower(factor, half)
    for (let k = 0; k < n; k++) squares -= half[k]! * half[k]!
    for (let k = 0; k < d; k++)
      log += priors[k]!(s) + Math.log(Math.abs(coordinateSlope(coordinates, k, s[scales[k]!]!)))
    log += -0.5 * (squares + logDeterminantSparse(factor))
    into.logMarginal = Number.isNaN(log) ? -Infinity : log
  }

  return {
    writes: Int32Array.from([...slots, ...scales]),
    memoryLength: 2 + reference.memoryLength,
    step(s, memory, rng, phase) {
      for (let k = 0; k < d; k++) phi[k] = toCoordinate(coordinates, k, s[scales[k]!]!)
      if (hasOthers) {
        baseQ.fill(0)
        baseGradient.fill(0)
        for (let k = 0; k < n; k++) s[slots[k]!] = centre[k]!
        engine.compute(s, runs, 0, runs.relation.length)
        others(s, baseQ, baseGradient)
      }
      const isSame = refresh(s)
      // Equations that the last step left stand where nothing but the scales, which are as they were, hangs on draws.
      if (!(match.isAlone && isSame && isKept(s))) solve(s, current)
      if (current.logMarginal === -Infinity) throw notPositive(engine, slots)
      for (let step = 0; step < STEPS; step++) {
        memory[1] = (memory[1]! + 1) % WALK_EVERY
        const isReference = reference.isReady(memory) && memory[1] !== 0
        let log = 0
        if (isReference) log = reference.step(memory, phi, trial, rng)
        else reference.walk(memory, phi, trial, rng)
        placeScales(s, trial)
        solve(s, proposed)
        log += proposed.logMarginal - current.logMarginal
        if (Math.log(rng.uniform()) < log) {
          phi.set(trial)
          const other = current
          current = proposed
          proposed = other
        }
        if (phase === "warmup" && !isReference) reference.adaptWalk(memory, Math.min(1, Math.exp(log)) || 0)
      }
      for (let k = 0; k < d; k++) s[scales[k]!] = fromCoordinate(coordinates, k, phi[k]!)
      for (let k = 0; k < d; k++) kept[k] = s[scales[k]!]!
      if (phase === "warmup") reference.learn(memory, phi)
      const { half, factor } = current
      for (let k = 0; k < n; k++) move[k] = drawNormal(rng) - half[k]!
      solveSparseUpper(factor, move)
      fromPivotOrder(symbolic, move, trialElements)
      for (let k = 0; k < n; k++) s[slots[k]!] = centre[k]! + trialElements[k]!
      engine.compute(s, runs, 0, runs.relation.length)
    },
    logDensity: bindWeigh(match.weighed, engine),
  }
}

/** The sums of groups that are reduced, null for others. Moves `centre` to a point near the middle, against cancellation. */
function reduceGroups(
  match: CollapsedBlockMatch,
  engine: Engine,
  centre: Float64Array,
): readonly (GroupSums | null)[] {
  const { factors, symbolic, pairs, reduced } = match
  const n = centre.length
  const first = factors.groups.map((group, g) =>
    reduced[g] === 1
      ? sumGroup(group, pairs[g]!, residualsAt(match, engine, group, centre), engine.graph)
      : null,
  )
  const factor = createSparseFactor(symbolic)
  const q = new Float64Array(symbolic.entries)
  const b = new Float64Array(n)
  for (const part of first) {
    if (part === null) continue
    part.places.forEach((place, k) => {
      q[place]! += part.products[k]!
    })
    part.columns.forEach((column, k) => {
      b[column]! -= part.cross[k]!
    })
  }
  // Elements of which only other groups know keep their zero.
  match.diagonal.forEach((place) => {
    q[place]! += 1e-8 * (1 + q[place]!)
  })
  if (!factoriseSparse(factor, q)) return first
  solveSparse(factor, b)
  if (!b.every(Number.isFinite)) return first
  centre.set(b)
  return factors.groups.map((group, g) =>
    reduced[g] === 1
      ? sumGroup(group, pairs[g]!, residualsAt(match, engine, group, centre), engine.graph)
      : null,
  )
}

/** Residuals of a group where the elements have given values. */
function residualsAt(
  { factors, after }: CollapsedBlockMatch,
  engine: Engine,
  { relation, instances }: FactorGroup,
  x: Float64Array,
): Float64Array {
  const f = engine.functions[relation]!
  const out = new Float64Array(instances.length)
  if (f.kind !== "stochastic") return out
  const s = engine.graph.values.slice()
  factors.slots.forEach((slot, k) => {
    s[slot] = x[k]!
  })
  const runs = after.computed
  engine.compute(s, runs, 0, runs.relation.length)
  const { writes } = relationOf(engine.graph, relation)
  const args = new Float64Array(f.argsLength)
  instances.forEach((i, k) => {
    f.args(s, i, args)
    out[k] = s[writes[i]!]! - args[0]!
  })
  return out
}

function sumGroup(
  group: FactorGroup,
  pairs: Int32Array,
  residuals: Float64Array,
  graph: RelationGraph,
): GroupSums {
  const { instances, start, columns, slopes, relation } = group
  const { writes } = relationOf(graph, relation)
  const products = new Map<number, number>()
  let at = 0
  for (let i = 0; i < instances.length; i++)
    for (let a = start[i]!; a < start[i + 1]!; a++)
      for (let b = start[i]!; b <= a; b++) {
        const place = pairs[at++]!
        products.set(place, (products.get(place) ?? 0) + slopes[a]! * slopes[b]!)
      }
  const kept = [...products].filter(([, value]) => value !== 0)
  const own = [...new Set(columns)].sort((a, b) => a - b)
  const slots = Int32Array.from(instances, (i) => writes[i]!)
  const isData = slots.every((slot) => graph.fixed[slot] === 1)
  const sums: GroupSums = {
    places: Int32Array.from(kept, ([place]) => place),
    products: Float64Array.from(kept, ([, value]) => value),
    columns: Int32Array.from(own),
    cross: new Float64Array(own.length),
    squares: 0,
    residuals,
    slots: isData ? slots : new Int32Array(0),
    values: isData ? Float64Array.from(slots, (slot) => graph.values[slot]!) : new Float64Array(0),
  }
  sumResiduals(group, sums, placesOf(own, columns))
  return sums
}

/** Position of each of `columns` among `own`. */
function placesOf(own: readonly number[], columns: Int32Array): Int32Array {
  const places = new Map(own.map((column, k) => [column, k]))
  return columns.map((column) => places.get(column)!)
}

function sumResiduals({ start, slopes }: FactorGroup, sums: GroupSums, places: Int32Array): void {
  const { residuals, cross } = sums
  cross.fill(0)
  let squares = 0
  for (let i = 0; i < residuals.length; i++) {
    const e = residuals[i]!
    squares += e * e
    for (let a = start[i]!; a < start[i + 1]!; a++) cross[places[a]!]! += slopes[a]! * e
  }
  sums.squares = squares
}

/**
 * A function that brings the sums in step with the data of a state, which are those of the graph but in simulations, and
 * says whether they were.
 */
function bindRefresh(
  groups: readonly FactorGroup[],
  all: readonly (GroupSums | null)[],
): (s: Float64Array) => boolean {
  const parts = all.flatMap((sums, g) =>
    sums === null || sums.slots.length === 0
      ? []
      : [{ sums, group: groups[g]!, places: placesOf([...sums.columns], groups[g]!.columns) }],
  )
  return (s) => {
    let wasSame = true
    for (let k = 0; k < parts.length; k++) {
      const { sums, group, places } = parts[k]!
      const { slots, values, residuals } = sums
      let isSame = true
      for (let i = 0; i < slots.length; i++) {
        const value = s[slots[i]!]!
        if (value === values[i]) continue
        isSame = false
        residuals[i]! += value - values[i]!
        values[i] = value
      }
      if (isSame) continue
      wasSame = false
      sumResiduals(group, sums, places)
    }
    return wasSame
  }
}

/** Adds Q and −b of the groups that are not reduced, at a state with the elements at their centre. */
function bindOthers({ factors, pairs, reduced }: CollapsedBlockMatch, engine: Engine) {
  const moveSlopes = bindSlopes(factors, engine, false)
  const parts = factors.groups.flatMap((group, g) =>
    reduced[g] === 1 ? [] : [bindGroup(group, pairs[g]!, engine)],
  )
  return (s: Float64Array, q: Float64Array, gradient: Float64Array): void => {
    moveSlopes(s)
    for (const part of parts) part(s, q, gradient)
  }
}

function notPositive({ graph }: Engine, slots: Int32Array): NumericalError {
  const names = [...slots].slice(0, 4).map((slot) => slotName(graph, slot))
  return new NumericalError(
    `the precision matrix of ${names.join(", ")}${slots.length > 4 ? ", …" : ""} is not positive definite`,
    {
      code: "not-positive-definite",
      where: names[0]!,
      hint: "give proper priors, or take a column that follows from others out of the model",
    },
  )
}
