import type { StochasticRelation } from "../relations/relation-graph.ts"
import type { Arrays } from "./arrays.ts"
import { checkArgumentCount, lookupBugsDistribution } from "./distribution-table.ts"
import type { RelationStatement } from "./unroll.ts"

/**
 * Checks a distribution's arguments: how many, of which shapes, and whether it may be truncated.
 * @throws ModelError at the statement
 */
export function checkCall(
  arrays: Arrays,
  statement: Extract<RelationStatement, { kind: "stochastic" }>,
  relation: StochasticRelation,
): void {
  const d = lookupBugsDistribution(statement.distribution)
  if (relation.bounds !== null && !d.canBeTruncated) {
    throw arrays.error(`${d.name} cannot be truncated`, statement, `leave out ${relation.bounds.kind}(,)`)
  }
  const dims = relation.args.map((arg): readonly number[] => {
    switch (arg.op) {
      case "read":
        return relation.references[arg.reference]!.dims
      case "gather":
        return relation.gathers[arg.gather]!.dims
      case "array":
      case "call":
        return arg.dims ?? [1]
      default:
        return [1]
    }
  })
  const size = (of: readonly number[]) => of.reduce((a, b) => a * b, 1)
  dims.forEach((found, k) => {
    const kind = d.argumentKinds[Math.min(k, d.argumentKinds.length - 1)]
    if (kind === "scalar" && size(found) !== 1) {
      throw arrays.error(
        `the ${d.argumentNames[k] ?? "argument"} of ${d.name} is one number, found ${found.join(" by ")}`,
        statement.args[k]!,
        "name one element",
      )
    }
  })
  dims.forEach((found, k) => {
    if (d.argumentKinds[k] !== "matrix") return
    const rows = d.shape === "vector" ? relation.width : Math.round(Math.sqrt(size(found)))
    if (size(found) === 1 ? rows === 1 : found.length === 2 && found.every((n) => n === rows)) return
    throw arrays.error(
      `the ${d.argumentNames[k]} of ${d.name} is a matrix of ${rows} by ${rows}, found ${describe(found)}`,
      statement.args[k]!,
      "the two must be of one size",
    )
  })
  const drawn = d.dims(dims)
  if (size(drawn) !== relation.width) {
    throw arrays.error(
      `${d.name} gives ${describe(drawn)}, its target ${statement.target.name} is ${describe(relation.dims)}`,
      statement,
      "the two must be of one size",
    )
  }
}

/** The number of arguments, checked before anything is lowered. @throws ModelError at the statement */
export function checkCount(
  arrays: Arrays,
  statement: Extract<RelationStatement, { kind: "stochastic" }>,
): void {
  const d = arrays.at(statement, () => lookupBugsDistribution(statement.distribution))
  const wrong = checkArgumentCount(d, statement.args.length)
  if (wrong !== undefined) throw arrays.error(wrong, statement, d.note === "" ? undefined : d.note)
}

const describe = (dims: readonly number[]): string =>
  dims.length === 1
    ? dims[0] === 1
      ? "one number"
      : `a vector of ${dims[0]}`
    : `an array of ${dims.join(" by ")}`
