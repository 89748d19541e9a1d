/**
 * Stationarity: parameters and data from the joint distribution are an exact draw of the posterior. Sweeps from there,
 * and parameters and data must still come from the joint distribution, of which much is known exactly.
 */
import { streamFor } from "../../src/random/stream.ts"
import type { HierarchicalModel } from "../../src/samplers/model.ts"
import { makePlan, type PlanMethod } from "../../src/samplers/plan.ts"
import { fits, MCSE_LIMIT, meanDeviation, testFit, varianceDeviation } from "./goodness-of-fit.ts"
import { lawsOf } from "./known-laws.ts"
import { simulatorOf, withOwnData } from "./simulate.ts"
import { type BindAnew, planAnew, type Replace, sweepInPlace, sweepsFor } from "./sweeps.ts"

export interface StationarityOptions {
  readonly replicates: number
  readonly seed: string
  readonly replace?: Replace
  readonly bindAnew?: BindAnew
}

/**
 * Names of the laws that hold no more after a sweep: empty for a sampler that leaves the posterior unchanged. Every
 * replicate has data of its own and is planned from scratch, unless a kernel is replaced: then the quickest way will do.
 */
export function brokenLaws(
  model: HierarchicalModel,
  method: PlanMethod,
  { replicates, seed, replace, bindAnew }: StationarityOptions,
): string[] {
  const graph = withOwnData(model.graph)
  const prototype = makePlan(graph, method)
  const laws = lawsOf(prototype)
  const values = laws.map((): number[] => [])
  const simulator = simulatorOf(prototype.graph, prototype.layout)
  const state = new Float64Array(prototype.layout.length)
  const rng = streamFor(seed, 0, "stationarity")
  const sweep =
    bindAnew !== undefined
      ? () => bindAnew(graph)
      : replace === undefined
        ? () => planAnew(prototype)
        : sweepInPlace(prototype, replace)
  for (let r = 0; r < replicates; r++) {
    simulator.drawPrior(state, rng)
    simulator.drawData(state, rng)
    const kernels = sweep()
    const memories = kernels.map((kernel) => new Float64Array(kernel.memoryLength))
    for (let s = 0; s < sweepsFor(prototype); s++) {
      kernels.forEach((kernel, k) => {
        kernel.step(state, memories[k]!, rng, "sampling")
      })
    }
    laws.forEach((law, k) => {
      values[k]!.push(...law.read(state))
    })
  }
  return laws.flatMap(({ name, cdf, isStandard }, k) => {
    const draws = Float64Array.from(values[k]!)
    const holds =
      fits(testFit(draws, cdf)) &&
      (!isStandard ||
        (Math.abs(meanDeviation(draws, 0, 1)) < MCSE_LIMIT &&
          Math.abs(varianceDeviation(draws, 0, 1)) < MCSE_LIMIT))
    return holds ? [] : [name]
  })
}
