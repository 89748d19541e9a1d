import { type Draws, recordDraws } from "../draws/draws.ts"
import type { Chain } from "./chain.ts"
import { type Control, setProgress, stopRequested } from "./control.ts"

/** Sweeps between two looks at the stop flag, and the values that these may take: fewer sweeps of large states. */
const CHUNK = 64
const CHUNK_VALUES = 1e6

/**
 * Advances chains in turn, a chunk of sweeps each, so that they stay abreast and a cancelled run has draws of all.
 * Draws go to `draws`, progress to `control`. Returns when all are done, a stop is requested, or `until` (in the
 * milliseconds of `performance.now()`) has passed.
 * @returns whether anything is left to do
 */
export function advanceChains(
  chains: readonly Chain[],
  draws: Draws,
  control: Control,
  until = Number.POSITIVE_INFINITY,
): boolean {
  const width = draws.names.length
  // Draws are gathered for a chunk and stored scalar by scalar: the container has those of one scalar side by side.
  const length = Math.max(width, ...chains.map(({ state }) => state.length))
  const sweeps = Math.max(1, Math.min(CHUNK, Math.floor(CHUNK_VALUES / length)))
  const chunk = new Float64Array(width * sweeps)
  let left = chains.filter((chain) => !chain.done)
  while (left.length > 0 && !stopRequested(control)) {
    for (const chain of left) {
      let kept = 0
      for (let k = 0; k < sweeps && !chain.done; k++) {
        if (chain.advance(chunk, kept * width)) kept++
      }
      recordDraws(draws, chain.number, chunk, kept)
      setProgress(control, chain.number, chain.sweep)
    }
    left = left.filter((chain) => !chain.done)
    if (performance.now() >= until) break
  }
  return left.length > 0
}
