/** Draws of stochastic relations from their distribution given their parents. */
import { InternalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { Stream } from "../../random/stream.ts"
import { createWriter, noConstants } from "./emit.ts"
import { type Engine, makeFunction } from "./engine.ts"
import { relationOf } from "./site.ts"

/** Draws instances `list[from..to)` of a relation, one after another. */
export type DrawInstances = (s: Float64Array, list: Int32Array, from: number, to: number, rng: Stream) => void

/** A loop of draws for those who draw again and again; written out for numbers without bounds. */
export function bindPriorDraws(engine: Engine, relation: number): DrawInstances {
  const one = relationOf(engine.graph, relation)
  const found = lookupBugsDistribution(one.distribution)
  if (found.calling !== "numbers" || one.bounds !== null) {
    const draw = bindPriorDraw(engine, relation)
    return (s, list, from, to, rng) => {
      for (let n = from; n < to; n++) draw(s, list[n]!, rng)
    }
  }
  const constants = noConstants()
  constants.distributions.push(found)
  const writer = createWriter(one, constants)
  const args = [...one.args.map((arg) => writer.scalar(arg)), "0", "0", "0", "0"].slice(0, 4)
  const slot = writer.slots(one.writes, 1)("0")
  return makeFunction<DrawInstances>(
    ["s", "list", "from", "to", "rng"],
    `for (let n = from; n < to; n++) {\nconst i = list[n];\n${writer.lines.join("\n")}\ns[${slot}] = D0.sample(rng, ${args.join(", ")});\n}`,
    constants,
  )
}

/** Draws one instance of a stochastic relation from its distribution given its parents, truncation included. */
export function bindPriorDraw(
  engine: Engine,
  relation: number,
): (s: Float64Array, instance: number, rng: Stream) => void {
  const f = engine.functions[relation]!
  const { writes, width, bounds } = relationOf(engine.graph, relation)
  if (f.kind !== "stochastic") throw new InternalError("a deterministic relation is not drawn")
  const { distribution, argStarts, argLengths } = f
  const args = new Float64Array(Math.max(4, f.argsLength))
  if (distribution.calling === "numbers") {
    const limits = new Float64Array(2)
    return (s, i, rng) => {
      f.args(s, i, args)
      const a = args[0]!
      const b = args[1]!
      const c = args[2]!
      const d = args[3]!
      if (bounds === null) s[writes[i]!] = distribution.sample(rng, a, b, c, d)
      else {
        f.bounds(s, i, limits)
        s[writes[i]!] = distribution.sampleTruncated(rng, limits[0]!, limits[1]!, a, b, c, d)
      }
    }
  }
  const out = new Float64Array(width)
  return (s, i, rng) => {
    f.args(s, i, args)
    distribution.sample(rng, out, 0, width, args, argStarts, argLengths)
    for (let k = 0; k < width; k++) s[writes[i * width + k]!] = out[k]!
  }
}
