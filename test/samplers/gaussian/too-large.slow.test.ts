import { expect, it } from "vitest"
import { PlanError } from "../../../src/core/errors.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import { findGaussianModel } from "../../../src/samplers/gaussian/gaussian-model.ts"
import { reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/program.ts"
import { lmm } from "../../../src/samplers/model.ts"

it("a joint draw of two large crossed factors is refused by its size; in turns they are drawn", () => {
  const levels = 20_000
  const rng = streamFor("too large", 0, "test")
  const a = Int32Array.from({ length: 5 * levels }, (_, i) => i % levels)
  const b = a.map(() => Math.floor(levels * rng.uniform()))
  const model = lmm("y ~ 1 + (1 | a) + (1 | b)", { y: Float64Array.from(a, () => rng.uniform()), a, b })
  expect(model.plan().explain()).toContain("large factors in turn")
  expect(() => model.plan("blocked")).toThrow('the method "blocked" does not apply')
  const match = findGaussianModel(newContext(model.graph, layOut(model.graph)))
  if (isRefusal(match)) throw match
  expect(() => reduceRows(match)).toThrow(PlanError)
  expect(() => reduceRows(match)).toThrow("their equations would take 3.2 GB")
})
