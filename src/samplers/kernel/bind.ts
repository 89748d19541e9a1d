import { NumericalError } from "../../core/errors.ts"
import { invertPositiveDefinite } from "../../math/small-dense.ts"
import type { Stream } from "../../random/stream.ts"
import type { BindOptions, Kernel } from "../sampler.ts"
import { compileClosure } from "./closures.ts"
import { DRAWS, LOG_DENSITIES, scratchLength } from "./draw.ts"
import { generateStep, type Step } from "./generated.ts"
import type { Program } from "./program.ts"

/** The natural parameters of a program through closures. */
export interface NaturalValues {
  /** Takes the inverses that all members share; false when one does not exist. Call it whenever the state changed. */
  prepare(state: Float64Array): boolean
  /** Writes the natural parameters of one member into `v`. */
  evaluate(state: Float64Array, member: number, v: Float64Array): void
}

/** Natural parameters of a program as functions of the state, computed through closures; inverses are taken by `prepare`. */
export function bindNatural(program: Program): NaturalValues {
  const { data, index, outputs } = program
  const variables = new Int32Array(1)
  const values = outputs.map((e) => compileClosure(e, data, index === null ? [] : [index]))
  const inverses = data.inverses.map(({ q, entries, table }) => ({
    q,
    table: data.tables[table]!,
    entries: entries.map((e) => compileClosure(e, data, [])),
    scratch: new Float64Array(q * q),
  }))
  return {
    prepare(state) {
      for (const { q, table, entries, scratch } of inverses) {
        for (let k = 0; k < entries.length; k++) table[k] = entries[k]!(state, variables)
        if (!invertPositiveDefinite(table, 0, q, table, 0, scratch)) return false
      }
      return true
    },
    evaluate(state, member, v) {
      variables[0] = member
      for (let k = 0; k < values.length; k++) v[k] = values[k]!(state, variables)
    },
  }
}

/** An exact kernel: every member of the target drawn in turn from its full conditional. */
export function bindProgram(name: string, lowered: Program, options: BindOptions = {}): Kernel {
  const program = withOwnInverses(lowered)
  const { target, family } = program
  const v = new Float64Array(program.outputs.length)
  // One scratch serves the draw and the inverses before it.
  const orders = [target.q, ...program.data.inverses.map((inverse) => inverse.q)]
  const scratch = new Float64Array(scratchLength(Math.max(...orders)))
  const natural = bindNatural(program)
  const step = options.interpreted === true ? null : tryGenerate(program, v, scratch)
  const run = step ?? interpretedStep(program, natural, v, scratch)
  return {
    writes: Int32Array.from({ length: target.members * target.stride }, (_, k) => target.offset + k),
    memoryLength: 0,
    step(state, _memory, rng) {
      const failed = run(state, rng)
      if (failed !== -1) throw drawFailure(name, failed)
    },
    logConditional(state) {
      if (!natural.prepare(state)) return Number.NaN
      let total = 0
      for (let m = 0; m < target.members; m++) {
        natural.evaluate(state, m, v)
        total += LOG_DENSITIES[family](v, state, target.offset + target.stride * m, target.q, scratch)
      }
      return total
    },
  }
}

/** The program with memory of its own for the inverses that every step takes: what was lowered is shared. */
export function withOwnInverses(program: Program): Program {
  const tables = program.data.tables.slice()
  for (const { table } of program.data.inverses) tables[table] = tables[table]!.slice()
  return { ...program, data: { ...program.data, tables } }
}

/** Generated code where the runtime allows it; null where a content security policy forbids `new Function`. */
function tryGenerate(program: Program, v: Float64Array, scratch: Float64Array): Step | null {
  try {
    return generateStep(program, DRAWS[program.family], v, scratch)
  } catch (error) {
    if (error instanceof EvalError) return null
    throw error
  }
}

function interpretedStep(
  program: Program,
  natural: NaturalValues,
  v: Float64Array,
  scratch: Float64Array,
): Step {
  const { target, family } = program
  const draw = DRAWS[family]
  return (state: Float64Array, rng: Stream): number => {
    if (!natural.prepare(state)) return 0
    for (let m = 0; m < target.members; m++) {
      natural.evaluate(state, m, v)
      if (!draw(rng, v, state, target.offset + target.stride * m, target.q, scratch)) return m
    }
    return -1
  }
}

const drawFailure = (name: string, member: number): NumericalError =>
  new NumericalError(
    `the full conditional of ${name}, member ${member + 1}, is not a proper distribution any more`,
    {
      code: "improper-conditional",
      where: name,
      hint: "a variance has run to zero or infinity: state a proper prior for it, such as halfT(3, s)",
    },
  )
