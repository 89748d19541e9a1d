import { NumericalError } from "../../core/errors.ts"
import { invertPositiveDefinite } from "../../math/small-dense.ts"
import {
  createSparseFactor,
  factoriseSparse,
  fromPivotOrder,
  logDeterminantSparse,
  type SparseSymbolic,
  solveSparse,
  solveSparseLower,
  solveSparseUpper,
  toPivotOrder,
} from "../../math/sparse-cholesky.ts"
import type { EqualInstances } from "../../models/relations/equal-instances.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Kernel } from "../sampler.ts"
import type { Dependents } from "./dependents.ts"
import type { Engine, WeighedFunctions } from "./engine.ts"
import { bindSlopes, type FactorGroup, type Factors } from "./gaussian-factors.ts"
import { isCommon } from "./linear.ts"
import { findEqualRows } from "./merged-rows.ts"
import { relationOf } from "./site.ts"

/** Plain data of a joint draw. */
export interface GaussianMatch {
  readonly factors: Factors
  readonly symbolic: SparseSymbolic
  /** By group: for each pair of columns of each instance the place of their product in Q. */
  readonly pairs: readonly Int32Array[]
  /** Places of the diagonal of Q. */
  readonly diagonal: Int32Array
  /** What to compute again after a move of the whole block: one target. */
  readonly after: Dependents
  readonly relations: readonly number[]
}

/** Adds a group's part of Q and of −Σ G' P e to `q` and `gradient`. */
export type Accumulate = (s: Float64Array, q: Float64Array, gradient: Float64Array) => void

/** The kernel of one joint draw of normal elements, whose precision matrix is sparse. Steps allocate nothing. */
export function bindGaussianBlock(match: GaussianMatch, engine: Engine): Kernel {
  const { factors, symbolic, pairs, after } = match
  const { slots, groups } = factors
  const n = slots.length
  const q = new Float64Array(symbolic.entries)
  const gradient = new Float64Array(n)
  const pivoted = new Float64Array(n)
  const move = new Float64Array(n)
  const factor = createSparseFactor(symbolic)
  const moveSlopes = bindSlopes(factors, engine, false)
  const parts = groups.map((group, g) => bindGroup(group, pairs[g]!, engine))
  const runs = after.computed
  const prepare = (s: Float64Array): void => {
    moveSlopes(s)
    q.fill(0)
    gradient.fill(0)
    for (const part of parts) part(s, q, gradient)
    if (factoriseSparse(factor, q)) return
    const names = [...slots].slice(0, 4).map((slot) => slotName(engine.graph, slot))
    throw new NumericalError(
      `the precision matrix of ${names.join(", ")}${n > 4 ? ", …" : ""} is not positive definite`,
      {
        code: "not-positive-definite",
        where: names[0]!,
        hint: "give proper priors, or take a column that follows from others out of the model",
      },
    )
  }
  return {
    writes: slots,
    memoryLength: 0,
    step(s, _memory, rng) {
      prepare(s)
      toPivotOrder(symbolic, gradient, pivoted)
      solveSparseLower(factor, pivoted)
      for (let k = 0; k < n; k++) pivoted[k]! += drawNormal(rng)
      solveSparseUpper(factor, pivoted)
      fromPivotOrder(symbolic, pivoted, move)
      for (let k = 0; k < n; k++) s[slots[k]!]! += move[k]!
      engine.compute(s, runs, 0, runs.relation.length)
    },
    logConditional(s) {
      prepare(s)
      move.set(gradient)
      solveSparse(factor, move)
      let square = 0
      for (let k = 0; k < n; k++) square += move[k]! * gradient[k]!
      return 0.5 * (logDeterminantSparse(factor) - n * Math.log(2 * Math.PI) - square)
    },
  }
}

/** A function that adds a group of normal children to Q and −Σ G' P e at a state. */
export function bindGroup(group: FactorGroup, pairs: Int32Array, engine: Engine): Accumulate {
  const f = engine.functions[group.relation]!
  if (f.kind !== "stochastic") return () => undefined
  return group.width === 1 && group.spread === "precision"
    ? bindScalarGroup(group, pairs, engine, f)
    : bindVectorGroup(group, pairs, engine, f)
}

function bindScalarGroup(
  group: FactorGroup,
  pairs: Int32Array,
  engine: Engine,
  f: WeighedFunctions,
): Accumulate {
  const { instances, start, columns, slopes, relation } = group
  const child = relationOf(engine.graph, relation)
  const { writes } = child
  const args = new Float64Array(2 * instances.length)
  // One precision for all and slopes that never change: their products are summed once.
  const sums = group.fixed && isCommon(child, child.args[1]!) ? sumProducts(group, pairs) : null
  return (s, q, gradient) => {
    f.argsOf(s, instances, 0, instances.length, args)
    let at = 0
    for (let n = 0; n < instances.length; n++) {
      const w = args[2 * n + 1]!
      const first = start[n]!
      const last = start[n + 1]!
      const scaled = w * (s[writes[instances[n]!]!]! - args[2 * n]!)
      for (let a = first; a < last; a++) gradient[columns[a]!]! -= slopes[a]! * scaled
      if (sums !== null) continue
      for (let a = first; a < last; a++) {
        const slope = w * slopes[a]!
        for (let b = first; b <= a; b++) q[pairs[at++]!]! += slope * slopes[b]!
      }
    }
    if (sums === null) return
    const w = args[1]!
    for (let k = 0; k < sums.places.length; k++) q[sums.places[k]!]! += w * sums.values[k]!
  }
}

function sumProducts({ instances, start, slopes }: FactorGroup, pairs: Int32Array) {
  const totals = new Map<number, number>()
  let at = 0
  for (let n = 0; n < instances.length; n++)
    for (let a = start[n]!; a < start[n + 1]!; a++)
      for (let b = start[n]!; b <= a; b++) {
        const place = pairs[at++]!
        totals.set(place, (totals.get(place) ?? 0) + slopes[a]! * slopes[b]!)
      }
  return { places: Int32Array.from(totals.keys()), values: Float64Array.from(totals.values()) }
}

function bindVectorGroup(
  group: FactorGroup,
  pairs: Int32Array,
  engine: Engine,
  f: WeighedFunctions,
): Accumulate {
  const { instances, start, columns, slopes, relation, width } = group
  const { writes } = relationOf(engine.graph, relation)
  const args = new Float64Array(f.argsLength)
  const precision = new Float64Array(width * width)
  const scratch = new Float64Array(width * width)
  const residual = new Float64Array(width)
  const weighted = new Float64Array(width)
  const isCovariance = group.spread === "covariance"
  // Rows with equal arguments count as one with their mean.
  const equals = group.fixed ? findEqualRows(engine.graph, relation, instances) : null
  const rows = mergeRows(group, equals)
  return (s, q, gradient) => {
    for (let row = 0; row < rows.first.length; row++) {
      const n = rows.first[row]!
      const i = instances[n]!
      let at = rows.pairs[row]!
      const begin = rows.start[row]!
      const count = rows.start[row + 1]! - begin
      f.args(s, i, args)
      const from = f.argStarts[1]!
      for (let k = 0; k < width * width; k++) precision[k] = args[from + k]!
      if (isCovariance) invert(precision, scratch, width)
      for (let k = 0; k < width; k++) residual[k] = -count * args[k]!
      for (let m = begin; m < begin + count; m++)
        for (let k = 0; k < width; k++) residual[k]! += s[writes[rows.members[m]! * width + k]!]!
      multiply(precision, residual, 0, weighted, width)
      for (let a = start[n]!; a < start[n + 1]!; a++) {
        let sum = 0
        for (let k = 0; k < width; k++) sum += slopes[a * width + k]! * weighted[k]!
        gradient[columns[a]!]! -= sum
      }
      for (let a = start[n]!; a < start[n + 1]!; a++) {
        multiply(precision, slopes, a * width, weighted, width)
        for (let b = start[n]!; b <= a; b++) {
          let sum = 0
          for (let k = 0; k < width; k++) sum += slopes[b * width + k]! * weighted[k]!
          q[pairs[at++]!]! += count * sum
        }
      }
    }
  }
}

/**
 * Rows of a group, by class of equals where there are some: the place of the first of each among the group's instances, where
 * its pairs begin, and the instances that it stands for, `members[start[row]..start[row + 1])`.
 */
function mergeRows(group: FactorGroup, equals: EqualInstances | null) {
  const { instances, start } = group
  const pairs = new Int32Array(instances.length)
  for (let n = 0; n + 1 < instances.length; n++) {
    const m = start[n + 1]! - start[n]!
    pairs[n + 1] = pairs[n]! + (m * (m + 1)) / 2
  }
  const placeOf = new Map(Array.from(instances, (i, n) => [i, n]))
  if (equals === null || !haveEqualSlopes(group, equals, placeOf)) {
    const all = Int32Array.from({ length: instances.length + 1 }, (_, n) => n)
    return { first: all.subarray(0, instances.length), start: all, members: instances, pairs }
  }
  const first = equals.first.map((i) => placeOf.get(i)!)
  return { first, start: equals.start, members: equals.members, pairs: first.map((n) => pairs[n]!) }
}

/** Whether rows with equal arguments hang on the same elements in the same way: those that are elements themselves do not. */
function haveEqualSlopes(
  { start, columns, slopes, width }: FactorGroup,
  { first, start: from, members }: EqualInstances,
  placeOf: ReadonlyMap<number, number>,
): boolean {
  return first.every((i, c) => {
    const a = placeOf.get(i)!
    const size = start[a + 1]! - start[a]!
    return members.subarray(from[c]!, from[c + 1]!).every((member) => {
      const b = placeOf.get(member)!
      if (start[b + 1]! - start[b]! !== size) return false
      for (let k = 0; k < size; k++) {
        if (columns[start[a]! + k] !== columns[start[b]! + k]) return false
        for (let w = 0; w < width; w++)
          if (slopes[(start[a]! + k) * width + w] !== slopes[(start[b]! + k) * width + w]) return false
      }
      return true
    })
  })
}

/** `out = A x[at …]` of a symmetric matrix. */
function multiply(a: Float64Array, x: Float64Array, at: number, out: Float64Array, q: number): void {
  for (let r = 0; r < q; r++) {
    let sum = 0
    for (let c = 0; c < q; c++) sum += a[r * q + c]! * x[at + c]!
    out[r] = sum
  }
}

/** Inverts a covariance in place; NaN when it is not positive definite, which the factorisation then refuses. */
function invert(a: Float64Array, scratch: Float64Array, q: number): void {
  if (!invertPositiveDefinite(a, 0, q, a, 0, scratch)) a.fill(Number.NaN)
}
