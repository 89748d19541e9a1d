import { NumericalError } from "../../core/errors.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { drawCategoricalFromLogs } from "../../random/categorical.ts"
import type { Stream } from "../../random/stream.ts"
import type { Engine } from "./engine.ts"

/**
 * Draws one of `count` values of the discrete element at `slot`, by their log probabilities `logs[offset …]` up to a
 * constant, which weights replace.
 *
 * @param before its value before the attempts, for the error
 * @returns the place of the value, from 0
 * @throws NumericalError when none of them is possible, with the element's name
 */
export function drawValue(
  rng: Stream,
  logs: Float64Array,
  offset: number,
  count: number,
  { graph }: Engine,
  slot: number,
  before?: number,
): number {
  const place = drawCategoricalFromLogs(rng, logs, offset, count)
  if (!Number.isNaN(place)) return place
  const name = slotName(graph, slot)
  throw new NumericalError(
    `no value of ${name} is possible${before === undefined ? "" : `; it is ${before} now`}`,
    {
      code: "not-finite",
      where: name,
      hint: "give other initial values",
    },
  )
}
