import type { ArrayValue } from "../array-value.ts"
import { Arrays } from "./arrays.ts"
import type { BugsProgram, BugsStatement } from "./ast.ts"
import { knowConstants, resolveFixed } from "./resolve-fixed.ts"
import { allocateTargets, type PlacedStatement } from "./targets.ts"
import { unrollStatements } from "./unroll.ts"

/** Arrays with everything known filled in, and the statements with the slots that they define. */
export function placeStatements(
  program: BugsProgram,
  statements: readonly BugsStatement[],
  data: ReadonlyMap<string, ArrayValue>,
): { arrays: Arrays; placed: readonly PlacedStatement[] } {
  const arrays = new Arrays(program, data)
  knowConstants(arrays, statements)
  const placed = allocateTargets(arrays, unrollStatements(statements, arrays))
  resolveFixed(arrays, placed)
  return { arrays, placed }
}
