import { expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { lmm } from "../../../src/samplers/model.ts"

it("a joint draw of two large crossed factors is refused by its size; in turns they are drawn", () => {
  const levels = 20_000
  const rng = streamFor("too large", 0, "test")
  const a = Int32Array.from({ length: 5 * levels }, (_, i) => i % levels)
  const b = a.map(() => Math.floor(levels * rng.uniform()))
  const model = lmm("y ~ 1 + (1 | a) + (1 | b)", { y: Float64Array.from(a, () => rng.uniform()), a, b })
  expect(model.plan().explain()).toContain("large factors in turn")
  expect(() => model.plan("blocked")).toThrow('the method "blocked" does not apply')
})
