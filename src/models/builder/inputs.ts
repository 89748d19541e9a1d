import type { Operand, PlateRef } from "./value.ts"
import { commonPlate, indexOf, nameExpr, numberExpr, toExpr, Value } from "./value.ts"

/** What the data of a model are: one number, one a row, labels or whole numbers 1 … K a row, or rows of numbers. */
export type InputSpec =
  | { readonly kind: "scalar" }
  | { readonly kind: "vector"; readonly plate: string }
  | { readonly kind: "index"; readonly plate: string; readonly levels: string | null }
  | { readonly kind: "matrix"; readonly plate: string }

/** One number. */
export const scalar = () => ({ kind: "scalar" }) as const
/** A number for each row, `null` or NaN where it is missing. Vectors of one plate have one length. */
export const vector = (plate = "rows") => ({ kind: "vector", plate }) as const
/**
 * Which member of a group each row belongs to: labels, or whole numbers from 1.
 * @param options.of name of the group, where several indices point to one
 */
export const index = (plate = "rows", options: { readonly of?: string } = {}) =>
  ({ kind: "index", plate, levels: options.of ?? null }) as const
/** Several numbers for each row: a list of rows. */
export const matrix = (plate = "rows") => ({ kind: "matrix", plate }) as const

/** An index of the data: a value, and the plate of the groups that it points to. */
export class IndexValue extends Value {
  readonly levels: PlateRef

  constructor(plate: PlateRef, expr: Value["expr"], levels: PlateRef) {
    super(plate, expr)
    this.levels = levels
  }
}

/** Something with one value for each member of a plate: members are picked by an index. */
export class PlateValue extends Value {
  readonly name: string

  constructor(name: string, plate: PlateRef) {
    super(plate, nameExpr(name, [indexOf(nameExpr(plate.index))]))
    this.name = name
  }

  /** The member that an index points to (along the index's plate), or the k-th, from 1. */
  at(which: IndexValue | Operand): Value {
    return new Value(
      typeof which === "number" ? null : which.plate,
      nameExpr(this.name, [indexOf(toExpr(which))]),
    )
  }
}

/** A vector for each member of a plate, or one vector: its elements are values. */
export class VectorValue {
  readonly name: string
  readonly plate: PlateRef | null
  readonly length: number
  private readonly member: Operand | null

  constructor(name: string, plate: PlateRef | null, length: number, member: Operand | null = null) {
    this.name = name
    this.plate = plate
    this.length = length
    this.member = member
  }

  /** The vector of the member that an index points to. */
  at(which: IndexValue | Operand): VectorValue {
    return new VectorValue(this.name, typeof which === "number" ? null : which.plate, this.length, which)
  }

  /** Element k, from 1. */
  element(k: number): Value {
    const own =
      this.member ?? (this.plate === null ? null : new Value(this.plate, nameExpr(this.plate.index)))
    const place = indexOf(numberExpr(k))
    return new Value(
      commonPlate(own === null ? [] : [own], this.name),
      nameExpr(this.name, own === null ? [place] : [indexOf(toExpr(own)), place]),
    )
  }
}

/** A matrix that is drawn, for covariances and precisions. */
export class MatrixValue {
  readonly name: string
  readonly order: number

  constructor(name: string, order: number) {
    this.name = name
    this.order = order
  }

  /** Element in row r and column c, from 1. */
  element(r: number, c: number): Value {
    return new Value(null, nameExpr(this.name, [indexOf(numberExpr(r)), indexOf(numberExpr(c))]))
  }
}

/** What the definition of a model sees of each input. */
export type InputValue<S extends InputSpec> = S extends { kind: "scalar" }
  ? Value
  : S extends { kind: "vector" }
    ? PlateValue
    : S extends { kind: "index" }
      ? IndexValue
      : MatrixInput

/** Rows of numbers in the data: their columns are values along the plate. */
export class MatrixInput {
  readonly name: string
  readonly plate: PlateRef

  constructor(name: string, plate: PlateRef) {
    this.name = name
    this.plate = plate
  }

  /** Column k, from 1. */
  column(k: number): Value {
    return new Value(
      this.plate,
      nameExpr(this.name, [indexOf(nameExpr(this.plate.index)), indexOf(numberExpr(k))]),
    )
  }
}

/** The inverse of a matrix that is drawn: the covariance matrix of a precision matrix. */
export class InverseMatrix {
  readonly of: MatrixValue

  constructor(of: MatrixValue) {
    this.of = of
  }
}

/** The inverse of a drawn matrix, to be given a name by `define`: `define("Sigma", inverse(omega))`. */
export const inverse = (of: MatrixValue): InverseMatrix => new InverseMatrix(of)
