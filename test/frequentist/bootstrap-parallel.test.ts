import { describe, expect, it } from "vitest"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { loadCsv } from "../kit/load-csv.ts"

async function crossed(): Promise<LmmFit> {
  return reml("diameter ~ 1 + (1 | plate) + (1 | sample)", await loadCsv("penicillin.csv"))
}

describe("bootstrapInParallel", () => {
  it("gives the replicates of the plain one, whatever the number of workers", async () => {
    const fit = await crossed()
    const replicates = 600
    const seen: number[] = []
    const expected = fit.bootstrap({ replicates, seed: 7 })
    for (const workers of [1, 2]) {
      const found = await fit.bootstrapInParallel({
        replicates,
        seed: 7,
        workers,
        onProgress: (done, total) => {
          seen.push(done)
          expect(total).toBe(replicates)
        },
      })
      expect(found.values).toEqual(expected.values)
      expect(found.notConverged).toBe(expected.notConverged)
      expect(seen.at(-1)).toBe(replicates)
    }
  })

  it("is done at once for a small model, in this thread", async () => {
    const fit = reml("Reaction ~ Days + (Days | Subject)", await loadCsv("sleepstudy.csv"))
    const found = await fit.bootstrapInParallel({ replicates: 30, seed: "few" })
    expect(found.values).toEqual(fit.bootstrap({ replicates: 30, seed: "few" }).values)
  })

  it("stops when it is told, in threads and before them", async () => {
    const fit = await crossed()
    await expect(fit.bootstrapInParallel({ signal: AbortSignal.abort() })).rejects.toThrow(/abort/i)
    for (const workers of [1, 2]) {
      const controller = new AbortController()
      const began = performance.now()
      const run = fit.bootstrapInParallel({ replicates: 100_000, workers, signal: controller.signal })
      setTimeout(() => controller.abort(), 400)
      await expect(run).rejects.toThrow(/abort/i)
      expect(performance.now() - began).toBeLessThan(10_000)
    }
  })

  it("a structured model is refitted in this thread", async () => {
    const fit = reml("Reaction ~ Days + diag(Days | Subject)", await loadCsv("sleepstudy.csv"))
    const found = await fit.bootstrapInParallel({ replicates: 5, workers: 2 })
    expect(found.values).toEqual(fit.bootstrap({ replicates: 5 }).values)
  })

  it("likelihood-ratio statistics are those of the plain test, whatever the number of workers", async () => {
    const fit = await crossed()
    const table = await loadCsv("penicillin.csv")
    const smaller = reml("diameter ~ 1 + (1 | plate)", table)
    const expected = fit.bootstrapLrt(smaller, { replicates: 255, seed: 3 })
    const seen: number[] = []
    const onProgress = (done: number) => seen.push(done)
    const found = await fit.bootstrapLrtInParallel(smaller, {
      replicates: 255,
      seed: 3,
      workers: 2,
      onProgress,
    })
    expect(found.statistics).toEqual(expected.statistics)
    expect(found.p).toBe(expected.p)
    expect(seen.at(-1)).toBe(255)
    const linear = await fit.bootstrapLrtInParallel(undefined, { replicates: 5, seed: 3 })
    expect(linear.statistics).toEqual(fit.bootstrapLrt(undefined, { replicates: 5, seed: 3 }).statistics)
    const signal = AbortSignal.timeout(200)
    const stopped = fit.bootstrapLrtInParallel(smaller, { replicates: 100_000, workers: 2, signal })
    await expect(stopped).rejects.toThrow(/abort|timeout/i)
  })

  it("refuses a number of replicates that is none", async () => {
    await expect((await crossed()).bootstrapInParallel({ replicates: 0 })).rejects.toThrow(
      /positive whole number/,
    )
  })
})
