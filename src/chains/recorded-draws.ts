/** Draws by name, for what is computed from several scalars of one draw. */
import { DataError } from "../core/errors.ts"
import { poolChains } from "../diagnostics/chains.ts"
import { allValues, chainsOf, type Draws } from "../draws/draws.ts"

/** The draws of a scalar by name, all scalars in the same order; undefined for one that was not recorded. */
export type DrawsByName = (name: string) => Float64Array | undefined

/**
 * The recorded draws of a container, each put together once.
 *
 * @param cut `none`: every draw, chain after chain; `equal`: chains cut to the length of the shortest, as diagnostics need them
 * @returns arrays that the caller must not change
 */
export function recordedDraws(container: Draws, cut: "none" | "equal" = "none"): DrawsByName {
  const known = new Map<string, Float64Array>()
  return (name) => {
    if (!container.positions.has(name)) return undefined
    const found = known.get(name)
    if (found !== undefined) return found
    const values = cut === "none" ? allValues(container, name) : poolChains(chainsOf(container, name))
    known.set(name, values)
    return values
  }
}

/** @throws DataError always: the draws of a name are not there */
export function notRecorded(name: string): never {
  throw new DataError(`the draws of ${name} were not recorded`, {
    code: "not-monitored",
    hint: "sample again with it among the monitors, or without a monitor list",
  })
}
