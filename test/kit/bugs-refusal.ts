import { GibbsError } from "../../src/core/errors.ts"
import type { ArraysInput } from "../../src/models/array-input.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

/** The one line of the error that a model ends with. */
export function refusal(text: string, data: ArraysInput = {}): string {
  try {
    bugs(text, data)
  } catch (error) {
    if (error instanceof GibbsError) return error.oneLine()
    throw error
  }
  return "no error"
}
