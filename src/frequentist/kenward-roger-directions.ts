/** Along which directions Kenward and Roger's adjustment lets the covariance matrix of the response move. */

import type { LmmEstimate } from "./lmm-estimate.ts"
import type { LmmSystem } from "./lmm-system.ts"
import type { RandomBlock } from "./random-blocks.ts"
import { freeParameters } from "./satterthwaite.ts"
import type { FittedStructure } from "./structures/fitted-structure.ts"
import { freeNumbers } from "./structures/fitted-structure.ts"

/**
 * At a singular fit: `keep` counts every element of every covariance matrix, as pbkrtest does; `drop` leaves out those on the
 * boundary, as SAS does. Where no fit is singular both are the same.
 */
export type BoundaryParameters = "keep" | "drop"

export interface Direction {
  readonly factor: number
  /** Change of TT' of the whole factor, row-major width × width. */
  readonly change: Float64Array
  /** B where the parameter is a number of T, `∂T = B`; null where TT' is linear in the parameter. */
  readonly step: Float64Array | null
}

/** One direction for each parameter of the covariance matrices but σ². */
export function listDirections(fit: LmmEstimate, boundary: BoundaryParameters): readonly Direction[] {
  return boundary === "keep" ? elementDirections(fit) : freeDirections(fit)
}

/** Every element of an unstructured Σ, and `∂Σ/∂ω_k² = B_kB_k'` of a structured one. */
function elementDirections({ state: { criterion, structure } }: LmmEstimate): readonly Direction[] {
  const { system } = criterion
  return system.terms.flatMap((term, k) => {
    const { width: q, offset, factor } = term
    const size = system.factors[factor]!.width
    const place = (entry: (a: number, b: number) => number): Direction => {
      const change = new Float64Array(size * size)
      for (let a = 0; a < q; a++) {
        for (let b = 0; b < q; b++) change[(offset + a) * size + offset + b] = entry(a, b)
      }
      return { factor, change, step: null }
    }
    const structured = structure?.model.terms[k]
    if (structured !== undefined && structured.structure !== "unstructured") {
      return structured.basis.map((basis) => place((a, b) => innerOfRows(basis, a, b, q)))
    }
    const pairs = Array.from({ length: q }, (_, row) =>
      Array.from({ length: row + 1 }, (_, column) => column),
    )
    return pairs.flatMap((columns, row) => {
      return columns.map((column) => {
        return place((a, b) => ((a === row && b === column) || (a === column && b === row) ? 1 : 0))
      })
    })
  })
}

function innerOfRows(m: Float64Array, a: number, b: number, q: number): number {
  let sum = 0
  for (let c = 0; c < q; c++) sum += m[a * q + c]! * m[b * q + c]!
  return sum
}

/** `ET' + TE'` for each parameter of T that is not in a vanished column. */
function freeDirections({ state: { criterion, factors, structure } }: LmmEstimate): readonly Direction[] {
  const { system } = criterion
  if (structure !== null) return structuredDirections(structure, system, factors)
  const free = new Set(freeParameters(system.terms, factors))
  return system.terms.flatMap((term, k) => {
    const { width: q, offset, thetaStart, factor } = term
    const size = system.factors[factor]!.width
    const t = factors[k]!
    const directions: Direction[] = []
    let at = thetaStart
    for (let column = 0; column < q; column++) {
      for (let row = column; row < q; row++, at++) {
        if (!free.has(at)) continue
        const change = new Float64Array(size * size)
        for (let a = 0; a < q; a++) {
          const value = t[a * q + column]!
          const there = (offset + row) * size + offset + a
          const back = (offset + a) * size + offset + row
          change[there] = change[there]! + value
          change[back] = change[back]! + value
        }
        const step = new Float64Array(size * size)
        step[(offset + row) * size + offset + column] = 1
        directions.push({ factor, change, step })
      }
    }
    return directions
  })
}

/** `BT' + TB'` for the free numbers of structured terms, `T = Σ ω_k B_k`: their covariances are linear in ω_k². */
function structuredDirections(
  structure: FittedStructure,
  system: LmmSystem,
  factors: readonly Float64Array[],
): readonly Direction[] {
  const { terms } = structure.model
  const free = freeNumbers(structure).filter((parameter) => parameter < structure.model.randomCount)
  return free.map((parameter) => {
    const k = terms.findIndex(({ start, count }) => parameter < start + count)
    const { width: q, offset, factor } = system.terms[k]!
    const size = system.factors[factor]!.width
    const basis = terms[k]!.basis[parameter - terms[k]!.start]!
    const t = factors[k]!
    const change = new Float64Array(size * size)
    const step = new Float64Array(size * size)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        let sum = 0
        for (let c = 0; c < q; c++) {
          sum += basis[a * q + c]! * t[b * q + c]! + t[a * q + c]! * basis[b * q + c]!
        }
        change[(offset + a) * size + offset + b] = sum
        step[(offset + a) * size + offset + b] = basis[a * q + b]!
      }
    }
    return { factor, change, step }
  })
}

/**
 * The second derivative of TT' along two directions that are changes of T: `B_iB_j' + B_jB_i'`. Null where it is zero, and for
 * directions along which TT' changes linearly.
 */
export function curvatureOf(a: Direction, b: Direction): Direction | null {
  if (a.factor !== b.factor || a.step === null || b.step === null) return null
  const size = Math.round(Math.sqrt(a.step.length))
  const change = new Float64Array(size * size)
  let isZero = true
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0
      for (let c = 0; c < size; c++) {
        sum += a.step[i * size + c]! * b.step[j * size + c]! + b.step[i * size + c]! * a.step[j * size + c]!
      }
      change[i * size + j] = sum
      if (sum !== 0) isZero = false
    }
  }
  return isZero ? null : { factor: a.factor, change, step: null }
}

/** `D m` for a matrix m with the rows of a block, row-major; zero in the rows of other factors. */
export function applyDirection(
  { factor, change }: Direction,
  block: RandomBlock,
  system: LmmSystem,
  m: Float64Array,
  columns: number,
): Float64Array {
  const out = new Float64Array(m.length)
  const { width } = system.factors[factor]!
  for (const member of block.members) {
    if (member.factor !== factor) continue
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) {
        const value = change[a * width + b]!
        if (value === 0) continue
        const to = (member.start + a) * columns
        const from = (member.start + b) * columns
        for (let x = 0; x < columns; x++) out[to + x] = out[to + x]! + value * m[from + x]!
      }
    }
  }
  return out
}
