/** Runs every chain of a model in this thread, from the sources: no build, no workers, no clock. */

import { advanceChains } from "../../src/chains/advance-chains.ts"
import { startChain } from "../../src/chains/chain.ts"
import { createControl } from "../../src/chains/control.ts"
import { makeRunSpec, type RunOptions } from "../../src/chains/run-spec.ts"
import { createDraws, type Draws } from "../../src/draws/draws.ts"
import { listQuantities } from "../../src/models/effect-quantities.ts"
import type { HierarchicalModel } from "../../src/samplers/model.ts"
import type { PlanMethod } from "../../src/samplers/plan.ts"

export function runHere(model: HierarchicalModel, method: PlanMethod, options: RunOptions): Draws {
  const spec = makeRunSpec(model.plan(method), options, listQuantities(model.graph))
  const names = spec.monitors.map(({ name }) => name)
  const draws = createDraws({ names, chains: spec.chains, capacity: spec.draws })
  const chains = Array.from({ length: spec.chains }, (_, number) => startChain(spec, number))
  advanceChains(chains, draws, createControl(spec.chains))
  return draws
}
