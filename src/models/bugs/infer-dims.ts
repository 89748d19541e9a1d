import { lookupFunction } from "../functions/registry.ts"
import type { Arrays } from "./arrays.ts"
import type { BugsExpr } from "./ast.ts"
import { lookupBugsDistribution } from "./distribution-table.ts"
import { compileFixed } from "./fixed.ts"
import type { RelationStatement } from "./unroll.ts"

/** Dimensions of what a statement gives to a name without an index; null while they hang on arrays not yet known. */
export function inferDims(statement: RelationStatement, arrays: Arrays): readonly number[] | null {
  if (statement.kind === "deterministic") return dimsOf(statement.value, arrays)
  const { shape, dims } = arrays.at(statement, () => lookupBugsDistribution(statement.distribution))
  if (shape === "scalar") return [1]
  const found = statement.args.map((arg) => dimsOf(arg, arrays))
  return found.some((d) => d === null) ? null : dims(found.map((d) => d!))
}

function dimsOf(e: BugsExpr, arrays: Arrays): readonly number[] | null {
  if (e.kind === "number") return [1]
  if (e.kind === "call") {
    const f = arrays.at(e, () => lookupFunction(e.name, e.args.length))
    const dims = e.args.map((arg) => dimsOf(arg, arrays))
    if (dims.some((d) => d === null)) return null
    const known = dims.map((d) => d!)
    if (f.kind === "scalar") return known.find((d) => d.some((n) => n > 1)) ?? [1]
    return f.dims(known)
  }
  const variable = arrays.variable(e.name)
  if (variable === undefined) return null
  if (e.indices === null) return variable.dims
  const dims = e.indices.map((index, d) => {
    if (index.kind === "all") return variable.dims[d]!
    const value = compileFixed(index.value, [], arrays)([])
    return value === null || typeof value === "number" ? 1 : value.values.length
  })
  const kept = dims.filter((d) => d !== 1)
  return kept.length > 0 ? kept : [1]
}
