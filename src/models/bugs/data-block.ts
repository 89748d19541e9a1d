import { streamFor } from "../../random/stream.ts"
import type { ArrayValue } from "../functions/registry.ts"
import type { BugsProgram } from "./ast.ts"
import { lookupBugsDistribution } from "./distribution-table.ts"
import { compileFixed } from "./fixed.ts"
import { iterationAt } from "./iterations.ts"
import { placeStatements } from "./place.ts"

/**
 * Runs the `data` block: its deterministic relations are computed and its stochastic ones drawn once, and all of it
 * becomes data.
 * @throws ModelError when something in it cannot be computed from the data
 */
export function runDataBlock(
  program: BugsProgram,
  data: ReadonlyMap<string, ArrayValue>,
): ReadonlyMap<string, ArrayValue> {
  const { arrays, placed } = placeStatements(program, program.data, data)
  let waiting = placed.filter(({ statement }) => statement.kind === "stochastic")
  // Most data blocks draw nothing: keying a stream would take longer than the rest.
  const rng = waiting.length === 0 ? null : streamFor("data block", 0, "data")
  // Draws feed other draws and computations: as long as something can be done, it is.
  while (waiting.length > 0) {
    const still = waiting.filter((source) => !drawStatement(source))
    if (still.length === waiting.length) break
    waiting = still
    arrays.retry()
  }
  for (const { statement, slots } of placed) {
    const missing = slots.find((slot) => Number.isNaN(arrays.value(slot)))
    if (missing !== undefined)
      throw arrays.error(
        `${arrays.nameOf(missing)} of the data block cannot be computed from the data`,
        statement,
        "give data for what it names",
      )
  }
  return new Map(
    [...arrays.variables.values()].map(({ name, dims, offset, size }) => [
      name,
      { dims, values: arrays.values.slice(offset, offset + size) },
    ]),
  )

  function drawStatement({ statement, loops, iterations, slots, start }: (typeof placed)[number]): boolean {
    if (statement.kind !== "stochastic" || rng === null) return true
    const stream = rng
    const d = lookupBugsDistribution(statement.distribution)
    const compiled = statement.args.map((arg) => compileFixed(arg, loops, arrays))
    for (let i = 0; i < iterations.count; i++)
      if (!drawIteration(iterationAt(iterations, i), slots.subarray(start[i]!, start[i + 1]!))) return false
    return true

    function drawIteration(iteration: readonly number[], own: Int32Array): boolean {
      if (!own.some((slot) => Number.isNaN(arrays.values[slot]!))) return true
      const args = compiled.map((evaluate) => evaluate(iteration))
      const known = args.filter((arg) => arg !== null)
      if (known.length < args.length) return false
      const arrayArgs = known.map((arg) => (typeof arg === "number" ? Float64Array.of(arg) : arg.values))
      if (d.calling === "numbers") {
        const [a = 0, b = 0, c = 0, e = 0] = arrayArgs.map((arg) => arg[0]!)
        arrays.values[own[0]!] = d.sample(stream, a, b, c, e)
        return true
      }
      const out = new Float64Array(own.length)
      const lengths = arrayArgs.map((arg) => arg.length)
      const starts = lengths.map((_, k) => lengths.slice(0, k).reduce((x, y) => x + y, 0))
      const flat = Float64Array.from(arrayArgs.flatMap((arg) => [...arg]))
      d.sample(stream, out, 0, own.length, flat, starts, lengths)
      own.forEach((slot, k) => {
        arrays.values[slot] = out[k]!
      })
      return true
    }
  }
}
