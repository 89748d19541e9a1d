/** Chains of blocks with learnt proposals go on from a checkpoint as if they had never stopped. */
import { describe, expect, it } from "vitest"
import { startChain } from "../../../src/chains/chain.ts"
import { chooseElements, makeGraphRunSpec } from "../../../src/chains/sample-graph.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"

const MODELS: Readonly<Record<string, { text: string; data: Parameters<typeof bugs>[1] }>> = {
  "collapsed-gamma": {
    text: `model { for (i in 1:N) { r[i] ~ dgamma(a, b); m[i] <- r[i] * t[i]; x[i] ~ dpois(m[i]) } a ~ dexp(1); b ~ dgamma(1, 1) }`,
    data: { N: 4, t: [0.3, 2.7, 5.1, 60], x: [1, 2, 3, 4] },
  },
  "curvature-block": {
    text: `model { for (i in 1:N) { r[i] ~ dbin(p[i], n[i]); logit(p[i]) <- b[i]; b[i] ~ dnorm(mu, tau) }
      mu ~ dnorm(0, 0.01); tau ~ dgamma(1, 1) }`,
    data: { N: 5, r: [1, 4, 8, 3, 0], n: [10, 12, 20, 9, 7] },
  },
  "collapsed-block": {
    text: `model { for (i in 1:N) { y[i] ~ dnorm(a + b * x[i], tau) } a ~ dnorm(0, 0.01); b ~ dnorm(0, 0.01); tau ~ dgamma(1, 1) }`,
    data: { N: 6, y: [1, 3, 3, 3, 5, 4], x: [1, 2, 3, 4, 5, 6] },
  },
}

describe("resume", () => {
  it.each(Object.entries(MODELS))("%s", (sampler, { text, data }) => {
    const model = bugs(text, data)
    const plan = model.plan()
    expect(plan.blocks[0]!.sampler).toBe(sampler)
    const run = { chains: 1, draws: 200, warmup: 300, thin: 1, seed: 3 }
    const spec = makeGraphRunSpec(model, plan, run, chooseElements(model.graph))
    const record = new Float64Array(100)
    for (const stop of [150, 310, 401]) {
      const straight = startChain(spec, 0)
      for (let k = 0; k < stop; k++) straight.advance(record)
      const resumed = startChain(spec, 0, { from: straight.checkpoint() })
      while (!straight.done) straight.advance(record)
      while (!resumed.done) resumed.advance(record)
      expect(resumed.checkpoint()).toEqual(straight.checkpoint())
    }
  })
})
