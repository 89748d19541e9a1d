/** Runs that the tests of chains share: one of each kind of kernel. */

import { makeRunSpec, type RunOptions, type RunSpec } from "../../src/chains/run-spec.ts"
import { listQuantities } from "../../src/models/effect-quantities.ts"
import type { PlanMethod } from "../../src/samplers/plan.ts"
import { modelOf, ZOO } from "../kit/zoo.ts"

export interface RunCase {
  readonly name: string
  readonly specimen: string
  readonly method: PlanMethod
}

export const RUNS: readonly RunCase[] = [
  { name: "gibbs, conjugate", specimen: "crossed", method: "gibbs" },
  { name: "gibbs, vectors", specimen: "slopes, huangWand by default", method: "gibbs" },
  { name: "gibbs, slice", specimen: "slice: exponential and uniform", method: "gibbs" },
  { name: "blocked", specimen: "slopes, inverseWishart rows", method: "blocked" },
  { name: "collapsed", specimen: "slopes, huangWand by default", method: "collapsed" },
]

export const modelNamed = (name: string) => modelOf(ZOO.find((specimen) => specimen.name === name)!)

export function specOf({ specimen, method }: RunCase, options: Partial<RunOptions> = {}): RunSpec {
  const model = modelNamed(specimen)
  const run = { chains: 4, draws: 60, warmup: 40, thin: 2, seed: "chains", ...options }
  return makeRunSpec(model.plan(method), run, listQuantities(model.graph))
}
