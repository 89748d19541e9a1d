/** Collects the statements of a model as its definition is run; `assemble.ts` makes a program of them once the data are known. */
import { ModelError } from "../../core/errors.ts"
import { type ArrayInput, toArrays } from "../array-input.ts"
import type { ArrayValue } from "../array-value.ts"
import type { BugsExpr, BugsStatement, BugsVariable } from "../bugs/ast.ts"
import type { PriorSpec } from "../formula/priors.ts"
import { type BuilderSpec, type LoweredCall, lowerCall, type TruncatedSpec } from "./calls.ts"
import {
  IndexValue,
  type InputSpec,
  type InputValue,
  InverseMatrix,
  MatrixInput,
  MatrixValue,
  PlateValue,
  VectorValue,
} from "./inputs.ts"
import {
  callExpr,
  indexOf,
  nameExpr,
  type Operand,
  type PlateRef,
  rangeExpr,
  toExpr,
  Value,
} from "./value.ts"

type AnySpec = BuilderSpec | PriorSpec | TruncatedSpec

/** What the definition of a model is given beside its inputs. */
export interface Definition {
  /** Something drawn from a distribution: one number, or one for each member of a plate. */
  param(name: string, of: AnySpec, options?: { readonly over?: undefined }): Value
  param(name: string, of: AnySpec, options: { readonly over: PlateRef }): PlateValue
  /** A vector drawn from a distribution of vectors, or one for each member of a plate. */
  vectorParam(name: string, of: AnySpec, options?: { readonly over?: PlateRef }): VectorValue
  /** A matrix drawn from a distribution of matrices. */
  matrixParam(name: string, of: AnySpec): MatrixValue
  /** Gives a name to a computed value or matrix, so that it can be monitored. */
  define(name: string, value: Operand): Value
  define(name: string, value: InverseMatrix): MatrixValue
  /** Data, as drawn from a distribution. What is missing in them is drawn. */
  observe(data: Value, of: AnySpec): void
}

export type Inputs = Readonly<Record<string, InputSpec>>
export type Define<S extends Inputs> = (
  model: { readonly [K in keyof S]: InputValue<S[K]> } & Definition,
) => void

/** Data of a model, by input: `null` and NaN are missing values; an index takes labels too. */
export type BuilderData<S extends Inputs> = {
  readonly [K in keyof S]: S[K] extends { kind: "index" }
    ? Int32Array | Float64Array | readonly (number | string)[]
    : ArrayInput
}

/** A statement and the plate along which it runs. */
export interface Stated {
  readonly plate: PlateRef | null
  readonly statement: Exclude<BugsStatement, { readonly kind: "for" }>
}

/** A model without its data. */
export interface Blueprint {
  readonly inputs: Inputs
  readonly stated: readonly Stated[]
  readonly constants: ReadonlyMap<string, ArrayValue>
}

export const SPAN = { start: 0, end: 0 } as const
/** Loop variables in the order in which plates appear. */
const INDICES = ["i", "j", "k", "l", "m", "n"] as const

/** The loop variable of the k-th plate of a model, from 0. */
export const loopVariable = (k: number): string => INDICES[k] ?? `i${k + 1}`

/**
 * Runs the definition of a model once.
 * @throws ModelError for a name used twice, values along different plates, unknown distributions
 */
export function drawBlueprint<S extends Inputs>(inputs: S, define: Define<S>): Blueprint {
  const plates = new Map<string, PlateRef>()
  const plateOf = (name: string): PlateRef => {
    const found = plates.get(name) ?? { name, index: loopVariable(plates.size) }
    plates.set(name, found)
    return found
  }
  const stated: Stated[] = []
  const constants = new Map<string, ArrayValue>()
  const names = new Set(Object.keys(inputs))
  const declare = (name: string): void => {
    if (names.has(name))
      throw new ModelError(`"${name}" is used twice`, {
        code: "name-twice",
        where: name,
        hint: "give it another name",
      })
    names.add(name)
  }
  const state = (target: BugsVariable, plate: PlateRef | null, call: LoweredCall): void => {
    const { bugs, args, lower, upper } = call
    const bounds = lower === null && upper === null ? null : ({ kind: "T", lower, upper } as const)
    stated.push({
      plate,
      statement: { kind: "stochastic", target, distribution: bugs, args, bounds, span: SPAN },
    })
  }
  const lowerFor = (name: string, spec: AnySpec, over: PlateRef | null): LoweredCall => {
    const call = lowerCall(spec, (rows) => {
      const constant = `${name}.matrix${constants.size === 0 ? "" : constants.size + 1}`
      constants.set(constant, toArrays({ [constant]: rows }).get(constant)!)
      return constant
    })
    if (call.plate !== null && call.plate.name !== over?.name)
      throw new ModelError(
        `the parameters of ${name} run along ${call.plate.name}, ${name} ${over === null ? "is one number" : `along ${over.name}`}`,
        {
          code: "plates-differ",
          where: name,
          hint: `write param("${name}", …, { over: … }) with that plate, or gather`,
        },
      )
    return call
  }
  const own = (plate: PlateRef | null, ...rest: BugsExpr[]) => [
    ...(plate === null ? [] : [indexOf(nameExpr(plate.index))]),
    ...rest.map(indexOf),
  ]
  function param(name: string, of: AnySpec, options?: { readonly over?: undefined }): Value
  function param(name: string, of: AnySpec, options: { readonly over: PlateRef }): PlateValue
  function param(name: string, of: AnySpec, options: { readonly over?: PlateRef | undefined } = {}): Value {
    declare(name)
    const over = options.over ?? null
    const call = lowerFor(name, of, over)
    if (call.order !== null)
      throw new ModelError(`${name} is a ${call.order.kind}`, {
        code: "not-scalar",
        where: name,
        hint: `write ${call.order.kind}Param("${name}", …)`,
      })
    state(nameExpr(name, own(over)), over, call)
    return over === null ? new Value(null, nameExpr(name)) : new PlateValue(name, over)
  }
  const compute = (target: BugsVariable, plate: PlateRef | null, value: BugsExpr): void =>
    void stated.push({
      plate,
      statement: { kind: "deterministic", target, link: null, value, span: SPAN },
    })
  function named(name: string, value: Operand): Value
  function named(name: string, value: InverseMatrix): MatrixValue
  function named(name: string, value: Operand | InverseMatrix): Value | MatrixValue {
    declare(name)
    if (value instanceof InverseMatrix) {
      const { order } = value.of
      compute(wholeMatrix(name, order), null, callExpr("inverse", wholeMatrix(value.of.name, order)))
      return new MatrixValue(name, order)
    }
    const plate = typeof value === "number" ? null : value.plate
    const target = nameExpr(name, own(plate))
    compute(target, plate, toExpr(value))
    return new Value(plate, target)
  }
  const definition: Definition = {
    param,
    vectorParam(name, of, { over = undefined } = {}) {
      declare(name)
      const plate = over ?? null
      const call = lowerFor(name, of, plate)
      const size = orderOf(name, call, "vector")
      state(nameExpr(name, own(plate, rangeExpr(size))), plate, call)
      return new VectorValue(name, plate, size)
    },
    matrixParam(name, of) {
      declare(name)
      const call = lowerFor(name, of, null)
      const size = orderOf(name, call, "matrix")
      state(wholeMatrix(name, size), null, call)
      return new MatrixValue(name, size)
    },
    define: named,
    observe(data, of) {
      const { expr, plate } = data
      if (expr.kind !== "variable" || inputs[expr.name] === undefined)
        throw new ModelError("only data of the model are observed", {
          code: "not-data",
          hint: "name one of its inputs",
        })
      state(expr, plate, lowerFor(expr.name, of, plate))
    },
  }
  const values: Record<string, InputValue<InputSpec>> = {}
  for (const [name, input] of Object.entries(inputs)) values[name] = inputValue(name, input, plateOf)
  define({ ...(values as { [K in keyof S]: InputValue<S[K]> }), ...definition })
  return { inputs, stated, constants }
}

/** `Omega[1:2, 1:2]` */
const wholeMatrix = (name: string, order: number): BugsVariable =>
  nameExpr(name, [indexOf(rangeExpr(order)), indexOf(rangeExpr(order))])

function orderOf(name: string, { order }: LoweredCall, kind: "vector" | "matrix"): number {
  if (order?.kind === kind) return order.size
  throw new ModelError(`${name} is ${order === null ? "one number" : `a ${order.kind}`}`, {
    code: "not-a-vector",
    where: name,
    hint: order === null ? `write param("${name}", …)` : `write ${order.kind}Param("${name}", …)`,
  })
}

function inputValue(
  name: string,
  input: InputSpec,
  plateOf: (name: string) => PlateRef,
): Value | PlateValue | IndexValue | MatrixInput {
  if (input.kind === "scalar") return new Value(null, nameExpr(name))
  const plate = plateOf(input.plate)
  if (input.kind === "vector") return new PlateValue(name, plate)
  if (input.kind === "matrix") return new MatrixInput(name, plate)
  const expr = nameExpr(name, [indexOf(nameExpr(plate.index))])
  return new IndexValue(plate, expr, plateOf(input.levels ?? name))
}
