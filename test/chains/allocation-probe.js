/**
 * Prints how many bytes of heap a sweep takes, as JSON. Run by allocation.test.ts as a process of its own, put
 * together in one file as the package is: a test runner's module wrappers keep V8 from inlining across files, and other models from the same code.
 */
import { startChain } from "../../src/chains/chain.ts"
import { makeRunSpec } from "../../src/chains/run-spec.ts"
import { datasets } from "../../src/data/datasets.ts"
import { listQuantities } from "../../src/models/effect-quantities.ts"
import { streamFor } from "../../src/random/stream.ts"
import { lmm } from "../../src/samplers/model.ts"
import { bindLowered } from "../../src/samplers/registry.ts"

const WARM = 30_000
const SWEEPS = 5_000
const REPEATS = 21

/** Median over stretches of sweeps: a garbage collection inside one makes that one meaningless. */
function bytesPerCall(run) {
  for (let k = 0; k < WARM; k++) run()
  const bytes = Array.from({ length: REPEATS }, () => {
    const before = process.memoryUsage().heapUsed
    for (let k = 0; k < SWEEPS; k++) run()
    return (process.memoryUsage().heapUsed - before) / SWEEPS
  })
  return bytes.sort((a, b) => a - b)[(REPEATS - 1) / 2]
}

const priors = [
  "Intercept ~ normal(0, var = 0.5)",
  "var(g) ~ inverseGamma(2, 100)",
  "var(residual) ~ inverseGamma(2, 100)",
]
const model = lmm("y ~ 1 + (1 | g)", datasets.eck(), { priors })
const plan = model.plan("gibbs")
const options = { chains: 1, draws: 1_000_000, warmup: 1, thin: 1, seed: "allocation" }
const spec = makeRunSpec(plan, options, listQuantities(model.graph))
const chain = startChain(spec, 0)
const record = new Float64Array(spec.monitors.length)
const sweep = bytesPerCall(() => chain.advance(record))

const rng = streamFor("allocation", 0, "kernels")
const kernels = spec.blocks.map((block, k) => {
  const kernel = bindLowered(block)
  const memory = new Float64Array(kernel.memoryLength)
  const step = () => kernel.step(chain.state, memory, rng, "sampling")
  return { targets: plan.blocks[k].targets, bytes: bytesPerCall(step) }
})
process.stdout.write(JSON.stringify({ sweep, kernels }))
