import { expect, it } from "vitest"
import { drawBeta } from "../../src/random/beta.ts"
import { streamFor } from "../../src/random/stream.ts"

it("never is 0 or 1, however much rounds to them", () => {
  const rng = streamFor("beta", 0, "ends")
  for (const [alpha, beta] of [
    [3, 1e-6],
    [1e-6, 3],
    [1e-5, 1e-5],
    [1e-300, 1],
  ] as const)
    for (let n = 0; n < 200; n++) {
      const x = drawBeta(rng, alpha, beta)
      expect(x > 0 && x < 1).toBe(true)
    }
  expect(drawBeta(rng, Number.NaN, 0.5)).toBeNaN()
})
