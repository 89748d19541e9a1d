import { describe, expect, it } from "vitest"
import { calibrate } from "../../src/checks/calibrate.ts"
import { ModelError, OptionError } from "../../src/core/errors.ts"
import { lmm } from "../../src/samplers/model.ts"
import { SMALL_ZOO, smallModelOf } from "../kit/small-zoo.ts"

const specimen = (name: string) => smallModelOf(SMALL_ZOO.find((one) => one.name === name)!)

describe("calibration", () => {
  it.each(["one-way, half-t", "slopes, inverseWishart"])("%s: the sampler fits its model", async (name) => {
    const seen: number[] = []
    const found = await calibrate(specimen(name), {
      replicates: 60,
      draws: 49,
      warmup: 100,
      seed: 5,
      onProgress: (done, total) => seen.push(done / total),
    })
    expect(found.calibrated).toBe(true)
    expect(found.verdict).toMatch(
      /^Calibrated: over 60 data sets the ranks of all \d+ quantities are uniform/,
    )
    expect(seen).toHaveLength(60)
    for (const { ranks } of found.quantities) expect(ranks).toHaveLength(60)
  })

  it("a sampler of another model is found out", async () => {
    const honest = specimen("one-way, inverse-gamma")
    const other = smallModelOf({
      ...SMALL_ZOO[0]!,
      priors: [
        "Intercept ~ normal(0.5, 1)",
        "var(residual) ~ inverseGamma(6, 4)",
        "var(g) ~ inverseGamma(6, 12)",
      ],
    })
    // Data come from the one, the posterior is that of the other.
    const broken = { ...honest, resolvedPriors: other.resolvedPriors }
    const found = await calibrate(broken, { replicates: 60, draws: 49, warmup: 100, thin: 3, seed: 6 })
    expect(found.calibrated).toBe(false)
    const spread = found.quantities.find(({ name }) => name === "sd[g,(Intercept)]")!
    expect(spread.verdict).toBe("ranks are too low: the draws are too large")
    expect(found.verdict).toContain("Not calibrated")
  })

  it("refuses flat priors, hears an abort, checks its options", async () => {
    const flat = lmm("y ~ 1 + (1 | g)", { y: [1, 2, 3, 5], g: ["a", "a", "b", "b"] })
    await expect(calibrate(flat)).rejects.toThrow(ModelError)
    const model = specimen("one-way, inverse-gamma")
    await expect(calibrate(model, { signal: AbortSignal.abort() })).rejects.toThrow("aborted")
    await expect(calibrate(model, { replicates: 3 })).rejects.toThrow(OptionError)
  })
})
