/** Reads `ar1(time | id)` and `varIdent(Sex)`: what a user writes about the residuals. */

import { ModelError, ModelSyntaxError, suggest } from "../../core/errors.ts"
import type { Expression } from "../../models/formula/ast.ts"
import { spanOf, withoutParens } from "../../models/formula/ast.ts"
import { parseAlone } from "../../models/formula/parse.ts"
import { printExpression } from "../../models/formula/print.ts"
import { expandBar, groupColumn, type RandomTerm } from "../../models/formula/split-formula.ts"
import type { CorrelationKind } from "./correlation.ts"
import type { VarianceKind } from "./variance-function.ts"

export interface CorrelationSpec {
  readonly kind: CorrelationKind
  readonly text: string
  /** Column of the times; null: rows follow one another in the order of the data. */
  readonly time: string | null
  /** The factors whose interaction makes the series; null: those of the innermost random term. */
  readonly factors: RandomTerm["factors"] | null
}

export interface VarianceSpec {
  readonly kind: VarianceKind
  readonly text: string
  readonly column: string
}

/** The variance function that a correlation brings with it: in `un` each time has a variance of its own. */
export function varianceOfCorrelation({ kind, text, time }: CorrelationSpec): VarianceSpec | null {
  return kind === "un" && time !== null ? { kind: "varIdent", text, column: time } : null
}

/** What a kind asks of its times: `label`s may be of any type, and are put in the order of a factor's levels. */
export const TIMES: Readonly<Record<CorrelationKind, "integer" | "real" | "label" | "none">> = {
  ar1: "integer",
  car1: "real",
  cs: "none",
  symm: "label",
  un: "label",
  toep: "integer",
}

const CORRELATIONS = Object.keys(TIMES) as readonly CorrelationKind[]
const VARIANCES: readonly VarianceKind[] = ["varIdent", "varPower", "varExp"]

/**
 * `ar1(time | group)`, `ar1(1 | group)` (rows in the order of the data), `ar1(time)` (series are the levels of the
 * innermost random term, or all rows); `car1`, `symm` and `toep` likewise; `cs(1 | group)`; `un(time | group)`.
 *
 * @throws ModelSyntaxError where it does not parse, ModelError for a structure that does not exist
 */
export function parseCorrelation(text: string): CorrelationSpec {
  const { kind, argument } = readCall(text, "option residual", CORRELATIONS, "ar1(time | id)")
  const inside = withoutParens(argument)
  const left = withoutParens(inside.kind === "bar" ? inside.left : inside)
  if (inside.kind === "bar" && inside.independent) {
    throw wrong(text, inside, '"||" has no meaning between times and series', 'write "|"')
  }
  const factors = inside.kind === "bar" ? seriesFactors(text, inside) : null
  const bare = left.kind === "number" && left.value === 1
  if (!bare && left.kind !== "name") {
    throw wrong(text, left, `found ${printExpression(left)}, expected a column of times, or 1`, hintFor(kind))
  }
  if (kind === "cs" && !bare) {
    throw wrong(
      text,
      left,
      "cs() has no times: the residuals of a group are exchangeable",
      "write cs(1 | group)",
    )
  }
  const rowsInOrder = NEEDS_TIMES[kind]
  if (rowsInOrder !== undefined && bare) {
    throw wrong(
      text,
      left,
      `${kind}() needs times`,
      `write ${kind}(time | group), or ${rowsInOrder} for rows in order`,
    )
  }
  return { kind, text, time: left.kind === "name" ? left.name : null, factors }
}

/** Of structures without a meaning for rows in order: what has. */
const NEEDS_TIMES: Readonly<Partial<Record<CorrelationKind, string>>> = {
  car1: "ar1(1 | group)",
  un: "symm(1 | group)",
}

/** `varIdent(stratum)`, `varPower(x)`, `varExp(x)`. Throws as {@link parseCorrelation}. */
export function parseVariance(text: string): VarianceSpec {
  const { kind, argument } = readCall(text, "option weights", VARIANCES, "varIdent(Sex)")
  const inside = withoutParens(argument)
  if (inside.kind !== "name") {
    throw wrong(text, inside, `found ${printExpression(inside)}, expected a column`, `write ${kind}(column)`)
  }
  return { kind, text, column: inside.name }
}

/** The columns that the structures read. */
export function columnsOfErrors(
  correlation: CorrelationSpec | null,
  variance: VarianceSpec | null,
): readonly string[] {
  const { time = null, factors = null } = correlation ?? {}
  const series = (factors ?? []).map(({ expression }) => groupColumn(expression)!.name)
  return [...(time === null ? [] : [time]), ...series, ...(variance === null ? [] : [variance.column])]
}

/** Whether an option reads as a call, rather than as the name of a column. */
export function isCall(text: string): boolean {
  return /^\s*[\p{L}.][\p{L}\p{N}._]*\s*\(/u.test(text)
}

function readCall<Kind extends string>(text: string, where: string, kinds: readonly Kind[], example: string) {
  const node = parseAlone(text)
  const call = withoutParens(node)
  if (call.kind !== "call") {
    throw new ModelError(`found "${text}", expected a structure such as ${example}`, {
      code: "bad-structure",
      where,
      hint: `expected one of ${kinds.map((kind) => `${kind}(…)`).join(", ")}`,
    })
  }
  const kind = kinds.find((known) => known === call.callee)
  if (kind === undefined) {
    throw new ModelError(`"${call.callee}" is no structure of the residuals`, {
      code: "bad-structure",
      where,
      span: spanOf(text, call),
      hint: suggest(call.callee, kinds),
    })
  }
  const [first, second] = call.args
  if (first === undefined || second !== undefined || first.name !== null) {
    throw wrong(
      text,
      call,
      `${kind}() takes one argument, found ${call.args.length}`,
      `for instance ${example}`,
    )
  }
  return { kind, argument: first.value }
}

function seriesFactors(text: string, bar: Extract<Expression, { kind: "bar" }>): RandomTerm["factors"] {
  const one: Expression = { kind: "number", value: 1, start: bar.left.start, end: bar.left.end }
  const ast = { text, response: one, right: bar }
  return expandBar(ast, { bar: { ...bar, left: one }, structure: "unstructured" }).at(-1)!.factors
}

function wrong(text: string, node: Expression, message: string, hint: string): ModelSyntaxError {
  return new ModelSyntaxError(message, { code: "bad-structure", span: spanOf(text, node), hint })
}

function hintFor(kind: CorrelationKind): string {
  return kind === "cs" ? "write cs(1 | group)" : `write ${kind}(time | group)`
}
