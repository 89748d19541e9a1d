/** Errors about the arguments of functions. The caller knows the place in the text and adds it. */

import { ModelError } from "../../core/errors.ts"
import { describeDims } from "../array-value.ts"

/** `found a vector of length 3 and a vector of length 2 in x + y, expected …`. */
export function dimensionMismatch(
  name: string,
  args: readonly (readonly number[])[],
  expected: string,
): ModelError {
  const found = args.map(describeDims).join(" and ")
  return new ModelError(`found ${found} in "${name}", expected ${expected}`, {
    code: "dimension-mismatch",
    hint: "check the indices of the arguments and the dimensions of the data",
  })
}

/** An argument must be known before anything is drawn, because the size of the result depends on it. */
export function unknownSize(name: string, argument: string): ModelError {
  return new ModelError(`the ${argument} of "${name}" is drawn, expected a value known from the data`, {
    code: "unknown-size",
    hint: "the size of an array cannot change from draw to draw",
  })
}

/** An argument has a value that the function does not take. */
export function badArgument(name: string, found: string, expected: string): ModelError {
  return new ModelError(`found ${found} in "${name}", expected ${expected}`, {
    code: "bad-argument",
    hint: "check the argument's value",
  })
}
