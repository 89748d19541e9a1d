/** One-way models for the collapsed sampler: unpleasant data, what was lowered changed on demand, quadrature beside it. */

import { expect } from "vitest"
import { streamFor } from "../../src/random/stream.ts"
import { isRefusal } from "../../src/samplers/conditional.ts"
import {
  type LoweredCollapsed,
  lowerCollapsed,
  matchCollapsed,
} from "../../src/samplers/gaussian/collapsed.ts"
import { bindCollapsed } from "../../src/samplers/gaussian/collapsed-kernel.ts"
import { layOut } from "../../src/samplers/kernel/layout.ts"
import { newContext } from "../../src/samplers/kernel/lowering-context.ts"
import { lmm } from "../../src/samplers/model.ts"
import { deviationsFrom } from "./against-exact.ts"
import { oneWayPosterior, type SpreadPrior } from "./one-way-quadrature.ts"
export const GROUPS = {
  "two groups": [
    [1.2, 0.8, 1.9, 1.1],
    [3.1, 2.2, 2.9],
  ],
  "a group far away": [
    [0.1, -0.3, 0.2],
    [0.2, 0.4, -0.1],
    [0, 0.3, 0.1],
    [6.1, 5.8, 6.3],
  ],
  "no difference between groups": [
    [1, 1.1],
    [1.05, 1.02],
    [1.03, 1.08],
  ],
  "groups of one row": [[1], [2], [0.5], [1.5], [0.7], [1.2, 1.9]],
} as const

const WARMUP = 1500
export const SWEEPS = 8000

export interface Run {
  readonly chains: Record<"mu" | "group" | "residual", Float64Array[]>
  readonly notes: readonly string[]
  readonly moved: number
}

/** Two chains of a one-way model, possibly with what was lowered changed. */
export function run(
  groups: readonly (readonly number[])[],
  priors: readonly string[],
  change: (lowered: LoweredCollapsed) => LoweredCollapsed = (lowered) => lowered,
  warmup = WARMUP,
): Run {
  const data = { y: groups.flat(), g: groups.flatMap((rows, j) => rows.map(() => `g${j}`)) }
  const { graph } = lmm("y ~ 1 + (1 | g)", data, { priors: ["Intercept ~ normal(0, 30)", ...priors] })
  const layout = layOut(graph)
  const match = matchCollapsed(newContext(graph, layout))
  if (isRefusal(match)) throw match
  const lowered = change(lowerCollapsed(match, 1e9))
  const slotOf = (name: string) => layout.slots[name]!.offset
  const slots = {
    mu: slotOf("b[(Intercept)]"),
    group: slotOf("sd[g,(Intercept)]"),
    residual: slotOf("sd[residual]"),
  }
  const chains: Run["chains"] = { mu: [], group: [], residual: [] }
  const notes: string[] = []
  let moves = 0
  for (let c = 0; c < 2; c++) {
    const kernel = bindCollapsed(lowered)
    const memory = new Float64Array(kernel.memoryLength)
    const state = new Float64Array(layout.length)
    state[slots.group] = 0.3
    state[slots.residual] = 0.4
    const rng = streamFor("safety", c, "sweep")
    const draws = {
      mu: new Float64Array(SWEEPS),
      group: new Float64Array(SWEEPS),
      residual: new Float64Array(SWEEPS),
    }
    for (let s = -warmup; s < SWEEPS; s++) {
      const before = state[slots.residual]
      kernel.step(state, memory, rng, s < 0 ? "warmup" : "sampling", null)
      if (s < 0) continue
      if (state[slots.residual] !== before) moves++
      for (const name of ["mu", "group", "residual"] as const) draws[name][s] = state[slots[name]]!
    }
    for (const name of ["mu", "group", "residual"] as const) chains[name].push(draws[name])
    notes.push(...kernel.notes!(memory))
  }
  return { chains, notes, moved: moves / (2 * SWEEPS) }
}

interface Priors {
  readonly group: SpreadPrior
  readonly residual: SpreadPrior
}

/** Quadrature takes a second: once for each object of priors. */
const posteriors = new WeakMap<Priors, ReturnType<typeof oneWayPosterior>>()

const posteriorOf = (groups: readonly (readonly number[])[], priors: Priors) =>
  oneWayPosterior({
    y: groups.flat(),
    codes: groups.flatMap((rows, j) => rows.map(() => j)),
    levels: groups.length,
    intercept: { mean: 0, variance: 900 },
    ...priors,
  })

/** Medians and tails within four MCSE of quadrature, and at least so many effective draws of each. */
export function expectExact(
  { chains }: Run,
  groups: readonly (readonly number[])[],
  prior: Priors,
  leastEss: number,
): void {
  const exact = posteriors.get(prior) ?? posteriorOf(groups, prior)
  posteriors.set(prior, exact)
  const marginals = { mu: exact.mu, group: exact.sdGroup, residual: exact.sdResidual }
  for (const name of ["mu", "group", "residual"] as const) {
    // Medians and tails: moments of a half-Cauchy's posterior need not exist.
    for (const { figure, z, ess } of deviationsFrom(marginals[name], chains[name], {
      mean: false,
      sd: false,
    })) {
      expect(Math.abs(z), `MCSE off in ${figure} of ${name}`).toBeLessThan(4)
      expect(ess, `effective draws of ${figure} of ${name}`).toBeGreaterThan(leastEss)
    }
  }
}
