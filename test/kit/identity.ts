/** Identity: as a function of the target alone, the joint density is the full conditional times a constant. */
import type { Stream } from "../../src/random/stream.ts"
import type { Plan } from "../../src/samplers/plan.ts"
import type { Kernel } from "../../src/samplers/sampler.ts"
import { logJoint } from "./log-joint.ts"
import { moveTarget, randomStates } from "./states.ts"

const STATES = 3
const VALUES = 6

/**
 * Largest change of `log joint − log conditional` over values of the target, relative to the size of the terms: values
 * the kernel draws, and values far from there, at several random states of everything else. NaN when either density is.
 */
export function identityDefect(plan: Plan, target: string, kernel: Kernel, rng: Stream): number {
  const logConditional = kernel.logConditional ?? kernel.logDensity
  if (logConditional === undefined) throw new Error(`the kernel of ${target} has no density`)
  const memory = new Float64Array(kernel.memoryLength)
  let worst = 0
  for (const state of randomStates(plan, STATES, rng)) {
    let first: number | undefined
    for (let v = 0; v < VALUES; v++) {
      const joint = logJoint(plan.graph, plan.layout, state)
      const conditional = logConditional(state)
      const difference = joint.value - conditional
      first ??= difference
      const defect = Math.abs(difference - first) / (joint.magnitude + Math.abs(conditional))
      if (Number.isNaN(defect)) return Number.NaN
      worst = Math.max(worst, defect)
      if (v % 2 === 0) moveTarget(plan, target, state, rng)
      else kernel.step(state, memory, rng, "sampling")
    }
  }
  return worst
}
