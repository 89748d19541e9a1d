/** The arrays of a model while it is compiled: what is data, what a relation defines, what is known already. */
import { DataError, ModelError } from "../../core/errors.ts"
import type { ArrayValue } from "../array-value.ts"
import { elementName, type Variable } from "../relations/relation-graph.ts"
import type { BugsExpr, BugsIndex, BugsProgram, Span } from "./ast.ts"
import type { Known } from "./fixed.ts"
import { lineOf } from "./syntax-error.ts"
import type { RelationStatement } from "./unroll.ts"

const NOBODY = -1

export class Arrays implements Known {
  readonly variables = new Map<string, Variable>()
  readonly program: BugsProgram
  /** NaN where nothing is known. */
  values = new Float64Array(0)
  isData = new Uint8Array(0)
  /** Number of the statement that defines a slot, and its iteration; −1 where none does. */
  statement = new Int32Array(0)
  iteration = new Int32Array(0)
  /** Slots that a relation computes from data and a distribution observes: the statement of the latter by slot. */
  readonly transformed = new Map<number, number>()
  /** Variables without a slot that nothing defines, those that were asked about. */
  private readonly complete = new Set<Variable>()
  /** Computes what a relation defines, when asked for it and possible; set once the relations are known. */
  resolve: (slot: number) => number = (slot) => this.values[slot]!
  /** Tries again what could not be computed before. */
  retry: () => void = () => undefined

  constructor(program: BugsProgram, data: ReadonlyMap<string, ArrayValue>) {
    this.program = program
    let size = 0
    for (const { values } of data.values()) size += values.length
    this.values = new Float64Array(size)
    this.isData = new Uint8Array(size)
    this.statement = new Int32Array(size).fill(NOBODY)
    this.iteration = new Int32Array(size).fill(NOBODY)
    let offset = 0
    for (const [name, { dims, values }] of data) {
      this.variables.set(name, { name, dims, offset, size: values.length })
      this.values.set(values, offset)
      offset += values.length
    }
    for (let k = 0; k < size; k++) this.isData[k] = Number.isNaN(this.values[k]!) ? 0 : 1
  }

  allocate(name: string, dims: readonly number[]): Variable {
    this.allocateAll([[name, dims]])
    return this.variables.get(name)!
  }

  /** Allocates arrays one after another, which takes one copy of what is there for all of them. */
  allocateAll(arrays: Iterable<readonly [string, readonly number[]]>): void {
    let end = this.values.length
    for (const [name, dims] of arrays) {
      const size = dims.reduce((a, b) => a * b, 1)
      this.variables.set(name, { name, dims, offset: end, size })
      end += size
    }
    const by = end - this.values.length
    this.values = grow(this.values, by, Number.NaN)
    this.isData = grow(this.isData, by, 0)
    this.statement = grow(this.statement, by, NOBODY)
    this.iteration = grow(this.iteration, by, NOBODY)
  }

  variable(name: string): Variable | undefined {
    return this.variables.get(name)
  }

  value(slot: number): number {
    const known = this.values[slot]!
    return Number.isNaN(known) ? this.resolve(slot) : known
  }

  /**
   * The first place in a list of slots of a variable whose slot nothing defines; −1 when all are. What is defined stays so: a
   * variable without gaps is gone through once.
   */
  findUndefined(variable: Variable, slots: Int32Array): number {
    if (this.complete.has(variable)) return -1
    const { offset, size } = variable
    let slot = offset
    while (slot < offset + size && this.isDefined(slot)) slot++
    if (slot < offset + size) return slots.findIndex((one) => !this.isDefined(one))
    this.complete.add(variable)
    return -1
  }

  private isDefined(slot: number): boolean {
    return this.isData[slot] === 1 || this.statement[slot]! >= 0 || !Number.isNaN(this.values[slot]!)
  }

  /**
   * Says that a statement defines a slot.
   * @param statements all of them: one may compute from data what another observes, `y <- sqrt(z)` and `y ~ dnorm(0, 1)`
   * @throws ModelError when another one does
   */
  define(
    slot: number,
    statement: number,
    iteration: number,
    statements: readonly { readonly statement: RelationStatement }[],
  ): void {
    const before = this.statement[slot]!
    const { target, kind } = statements[statement]!.statement
    if (before >= 0) {
      const isPair = kind !== statements[before]!.statement.kind
      if (!isPair || this.transformed.has(slot))
        throw this.error(
          `${this.nameOf(slot)} is defined twice`,
          target,
          "an element stands on the left once, or once computed from data and once with a distribution",
        )
      this.transformed.set(slot, kind === "stochastic" ? statement : before)
      if (kind === "stochastic") return
    }
    this.statement[slot] = statement
    this.iteration[slot] = iteration
  }

  /** The same of `length` slots an iteration. */
  defineAll(
    slots: Int32Array,
    length: number,
    statement: number,
    statements: readonly { readonly statement: RelationStatement }[],
  ): void {
    const { statement: by, iteration } = this
    for (let k = 0, i = 0, left = length; k < slots.length; k++) {
      const slot = slots[k]!
      if (by[slot]! >= 0) this.define(slot, statement, i, statements)
      else {
        by[slot] = statement
        iteration[slot] = i
      }
      if (--left === 0) {
        i++
        left = length
      }
    }
  }

  nameOf(slot: number): string {
    for (const variable of this.variables.values()) {
      if (slot >= variable.offset && slot < variable.offset + variable.size)
        return elementName(variable, slot - variable.offset)
    }
    return `slot ${slot}`
  }

  error(message: string, at: BugsExpr | BugsIndex | { readonly span: Span }, hint?: string): ModelError {
    const { source } = this.program
    return new ModelError(message, {
      code: "bugs-model",
      where: `line ${lineOf(source, at.span.start)}`,
      span: { text: source, ...at.span },
      ...(hint === undefined ? {} : { hint }),
    })
  }

  /** What `make` gives; its ModelError is one about this place of the source. */
  at<T>(place: { readonly span: Span }, make: () => T): T {
    try {
      return make()
    } catch (error) {
      if (!(error instanceof ModelError) || error.span !== undefined) throw error
      throw this.error(error.message, place, error.hint)
    }
  }

  dataError(message: string, name: string, hint?: string): DataError {
    return new DataError(message, {
      code: "bugs-data",
      where: name,
      ...(hint === undefined ? {} : { hint }),
    })
  }
}

function grow<T extends Float64Array | Int32Array | Uint8Array>(array: T, by: number, fill: number): T {
  const Type = array.constructor as new (length: number) => T
  const grown = new Type(array.length + by)
  grown.set(array)
  grown.fill(fill, array.length)
  return grown
}
