/**
 * Simulation-based calibration: parameters from the prior, data given them, draws of the posterior given the data; the
 * rank of each parameter among its draws is uniform if and only if, on average over data, the posterior is right.
 * Unlike the joint-distribution test this runs whole chains: initial values, warm-up and all.
 *
 * Source: Talts, Betancourt, Simpson, Vehtari & Gelman (2018), Validating Bayesian inference algorithms with
 * simulation-based calibration, arXiv:1804.06788, algorithm 1.
 */

import { describe, expect, it } from "vitest"
import { startChain } from "../../src/chains/chain.ts"
import { makeRunSpec } from "../../src/chains/run-spec.ts"
import { listQuantities } from "../../src/models/effect-quantities.ts"
import { streamFor } from "../../src/random/stream.ts"
import { makePlan } from "../../src/samplers/plan.ts"
import { asNumber, evaluate } from "../kit/evaluate-expression.ts"
import { fits, testFit } from "../kit/goodness-of-fit.ts"
import { simulatorOf, withOwnData } from "../kit/simulate.ts"
import { methodsFor, SMALL_ZOO, smallModelOf } from "../kit/small-zoo.ts"

const REPLICATES = 600
const DRAWS = 99
/** Sweeps between kept draws: ranks are uniform only among draws that are as good as independent. */
const THIN = { gibbs: 60, blocked: 20, collapsed: 6 } as const

describe.each(SMALL_ZOO)("$name", (specimen) => {
  it.each(methodsFor(specimen))("%s: ranks are uniform", (method) => {
    const graph = withOwnData(smallModelOf(specimen).graph)
    const prototype = makePlan(graph, method)
    const simulator = simulatorOf(prototype.graph, prototype.layout)
    const rng = streamFor(specimen.name, 0, "calibration")
    const jitter = streamFor(specimen.name, 1, "calibration")
    const truth = new Float64Array(prototype.layout.length)
    const ranks = listQuantities(graph).map((): number[] => [])
    for (let r = 0; r < REPLICATES; r++) {
      simulator.drawPrior(truth, rng)
      simulator.drawData(truth, rng)
      const options = {
        chains: 1,
        draws: DRAWS,
        warmup: 200,
        thin: THIN[method],
        seed: `${specimen.name} ${r}`,
      }
      const spec = makeRunSpec(makePlan(graph, method), options, listQuantities(graph))
      const chain = startChain(spec, 0, { interpreted: true })
      const place = { graph: prototype.graph, layout: prototype.layout, state: truth, variables: {} }
      const actual = listQuantities(prototype.graph).map(({ value }) => asNumber(evaluate(value, place)))
      const record = new Float64Array(actual.length)
      const below = actual.map(() => 0)
      while (!chain.done) {
        if (!chain.advance(record)) continue
        actual.forEach((value, k) => {
          if (record[k]! < value) below[k]!++
        })
      }
      // A rank of L draws takes L + 1 values; spread over its cell it is continuous and uniform.
      below.forEach((rank, k) => {
        ranks[k]!.push((rank + jitter.uniform()) / (DRAWS + 1))
      })
    }
    listQuantities(graph).forEach(({ name }, k) => {
      expect(fits(testFit(Float64Array.from(ranks[k]!), (p) => p)), name).toBe(true)
    })
  })
})
