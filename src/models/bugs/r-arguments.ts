/** Matching and repeating the arguments of R's functions. */

import { type RArgument, type RValue, valueProblem } from "./r-value.ts"

/** Longer vectors come from a slip, `rep(0, 1e12)`, and would exhaust the memory. */
const MAX_LENGTH = 2 ** 26
export const CHECK_CALL = "check the arguments against R's help"

/** Arguments by formal name, as R matches them: full names, then unambiguous beginnings, then by position. */
export function matchArguments(
  name: string,
  args: readonly RArgument[],
  formals: readonly string[],
): ReadonlyMap<string, RValue> {
  const found = new Map<string, RValue>()
  for (const arg of args) {
    if (arg.name === null) continue
    const begun = formals.filter((formal) => formal.startsWith(arg.name!))
    const formal = formals.includes(arg.name) ? arg.name : begun[0]
    if (formal === undefined || (formal !== arg.name && begun.length > 1)) {
      throw valueProblem(`${name} has no argument "${arg.name}"`, `expected ${formals.join(", ")}`)
    }
    found.set(formal, arg.value)
  }
  const free = formals.filter((formal) => !found.has(formal))
  for (const arg of args) {
    if (arg.name !== null) continue
    const formal = free.shift()
    if (formal === undefined) {
      throw valueProblem(`too many arguments of ${name}`, `expected ${formals.join(", ")}`)
    }
    found.set(formal, arg.value)
  }
  return found
}

export function checkLength(length: number): void {
  if (length <= MAX_LENGTH) return
  throw valueProblem(`a vector of ${length} values, expected at most ${MAX_LENGTH}`, CHECK_CALL)
}

export function recycle(values: readonly number[], length: number): number[] {
  checkLength(length)
  if (values.length === 0 && length > 0) {
    throw valueProblem("found no values to repeat, expected one or more", CHECK_CALL)
  }
  return Array.from({ length }, (_, i) => values[i % values.length]!)
}
