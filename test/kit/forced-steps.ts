/** The collapsed sampler in one of the ways that it takes when its proposals fail, whatever their acceptance is. */
import type { LoweredCollapsed } from "../../src/samplers/gaussian/collapsed.ts"
import { bindCollapsed } from "../../src/samplers/gaussian/collapsed-kernel.ts"
import { PARTS, RESCUE, TAILS } from "../../src/samplers/gaussian/ways.ts"
import type { LoweredBlock } from "../../src/samplers/registry.ts"
import type { Kernel } from "../../src/samplers/sampler.ts"

/** Place of the way in a chain's memory. */
const WAY_AT = 6
const WAYS = {
  "other steps now and then": TAILS,
  "some axes at a time": PARTS,
  "slices or interweaved": RESCUE,
} as const
export type Way = keyof typeof WAYS
export const EVERY_WAY = Object.keys(WAYS) as readonly Way[]

/** @param change of what was lowered, for mutations */
export function forceWay(
  { sampler, data }: LoweredBlock,
  way: Way,
  change = (lowered: LoweredCollapsed) => lowered,
): Kernel {
  if (sampler !== "collapsed") throw new Error(`${sampler} has no such steps`)
  const kernel = bindCollapsed(change(data as LoweredCollapsed), { interpreted: true })
  return {
    ...kernel,
    step(state, memory, rng, phase, effects) {
      memory[WAY_AT] = WAYS[way]
      kernel.step(state, memory, rng, phase, effects)
    },
  }
}
