/**
 * Reads quantities off a state into an array. Those that are a value of the state are copied; the others are computed by
 * one generated function, so that no number is boxed on the way, or by closures where code may not be generated.
 */
import type { Expr } from "../../models/expression.ts"
import { compileClosure, type DataScope } from "./closures.ts"
import { generateRecorder } from "./generated.ts"
import type { StateLayout } from "./layout.ts"

/** Writes every quantity at the state into `record`, from `offset`. */
export type Recorder = (state: Float64Array, record: Float64Array, offset: number) => void

/** @param interpreted closures instead of generated code */
export function bindRecorder(
  quantities: readonly Expr[],
  layout: StateLayout,
  interpreted = false,
): Recorder {
  const slots = quantities.map((e) => slotOf(e, layout))
  const runs = runsOf(slots)
  const computed = quantities.map((_, k) => k).filter((k) => slots[k] === null)
  const compute = bindComputed(
    computed.map((k) => quantities[k]!),
    computed,
    scopeOfState(layout),
    interpreted,
  )
  return (state, record, offset) => {
    for (let r = 0; r < runs.length; r += 3) {
      const from = runs[r]!
      const to = offset + runs[r + 1]!
      const length = runs[r + 2]!
      for (let k = 0; k < length; k++) record[to + k] = state[from + k]!
    }
    compute(state, record, offset)
  }
}

/** Neighbours that are copied from neighbours: first slot, first position and length of each run. */
function runsOf(slots: readonly (number | null)[]): Int32Array {
  const runs: number[] = []
  slots.forEach((slot, k) => {
    if (slot === null) return
    const last = runs.length - 3
    const [from, to, length] = [runs[last], runs[last + 1], runs[last + 2]]
    if (length !== undefined && slot === from! + length && k === to! + length) runs[last + 2] = length + 1
    else runs.push(slot, k, 1)
  })
  return Int32Array.from(runs)
}

function bindComputed(
  expressions: readonly Expr[],
  positions: readonly number[],
  scope: DataScope,
  interpreted: boolean,
): Recorder {
  const generated = interpreted ? null : generateRecorder(expressions, positions, scope)
  if (generated !== null) return generated
  const values = expressions.map((e) => compileClosure(e, scope, []))
  const variables = new Int32Array(0)
  return (state, record, offset) => {
    for (let k = 0; k < values.length; k++) record[offset + positions[k]!] = values[k]!(state, variables)
  }
}

/** The state slot that a quantity is, or null when it has to be computed. */
function slotOf(e: Expr, layout: StateLayout): number | null {
  const state = e.op === "element" ? e.arg : e
  if (state.op !== "state" || (state.at !== null && state.at.kind !== "at")) return null
  const { offset, stride, q } = layout.slots[state.node]!
  const member = state.at === null ? 0 : state.at.position
  const within = e.op !== "element" ? 0 : e.column === null ? e.row : e.row * q + e.column
  return offset + stride * member + within
}

/** A scope for quantities: they read the state alone. */
const scopeOfState = (layout: StateLayout): DataScope => ({
  layout,
  plates: {},
  columns: {},
  maps: {},
  tables: [],
  grams: [],
  inverses: [],
})
