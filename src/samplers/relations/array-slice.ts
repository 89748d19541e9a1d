import { InternalError, NumericalError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { refusal } from "../conditional.ts"
import { drawSlice } from "../slice.ts"
import { type ArrayScale, createMoves } from "./array-moves.ts"
import { describeDensity } from "./describe.ts"
import type { RelationSampler } from "./relation-sampler.ts"
import { makeSite, relationOf, type Site } from "./site.ts"

interface ArraySliceMatch extends Site {
  readonly scale: ArrayScale
}

/** Scales of distributions that are not on all real vectors. */
const SCALES: Readonly<Record<string, ArrayScale>> = {
  ddirch: "simplex",
  dmulti: "counts",
  dwish: "positiveDefinite",
  "dscaled.wishart": "positiveDefinite",
}

/**
 * Slice sampling of a vector or matrix along the coordinates of a scale without constraints: log ratios of probabilities,
 * log-Cholesky of matrices, counts passed between two elements. Widths adapt in warm-up only.
 * Source: Neal (2003), Slice sampling, Annals of Statistics 31, section 4 and figures 3 and 5.
 */
export const arraySlice: RelationSampler<ArraySliceMatch> = {
  name: "array-slice",
  describe: "slice sampling of a vector or matrix along the coordinates of an unconstrained scale",

  match({ graph, network }, { relation, instances }) {
    const d = lookupBugsDistribution(relationOf(graph, relation).distribution)
    if (d.shape === "scalar") return refusal("scalar", "it is one number")
    return { ...makeSite(network, relation, instances), scale: SCALES[d.name] ?? "real" }
  },

  explain: (match, model) => ({
    formula: describeDensity(match, model),
    because: ["no closed form is known", `moves along the coordinates of a ${WORDS[match.scale]}`],
  }),

  bind(match, engine) {
    const { relation, instances, slots, width: size, scale } = match
    const { computed, weighed } = match.dependents
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") throw new InternalError("a computed relation is not drawn")
    const moves = createMoves(scale, size)
    const x = new Float64Array(size)
    const moved = new Float64Array(size)
    const args = new Float64Array(f.argsLength)
    let s: Float64Array = new Float64Array(0)
    let n = 0
    const weigh = (): number => {
      engine.compute(s, computed, computed.start[n]!, computed.start[n + 1]!)
      const prior = f.logDensity(s, instances, n, n + 1)
      return prior === -Infinity
        ? prior
        : prior + engine.weigh(s, weighed, weighed.start[n]!, weighed.start[n + 1]!)
    }
    const density = (place: number): number => {
      const jacobian = moves.at(place, moved)
      for (let k = 0; k < size; k++) s[slots[n * size + k]!] = moved[k]!
      return jacobian + weigh()
    }
    return {
      writes: slots,
      // Mean jump, number of jumps and first width of each coordinate of each array.
      memoryLength: 3 * moves.coordinates * instances.length,
      step(state, memory, rng, phase) {
        s = state
        for (n = 0; n < instances.length; n++) {
          f.args(s, instances[n]!, args)
          for (let c = 0; c < moves.coordinates; c++) {
            for (let k = 0; k < size; k++) x[k] = s[slots[n * size + k]!]!
            if (!moves.begin(x, args, c, rng)) continue
            const m = 3 * (n * moves.coordinates + c)
            if (memory[m + 2] === 0) memory[m + 2] = moves.width
            const width = memory[m + 1]! > 0 && memory[m]! > 0 ? 3 * memory[m]! : memory[m + 2]!
            const x0 = moves.origin
            const x1 = drawSlice(density, x0, width, moves.lower, moves.upper, rng)
            if (Number.isNaN(x1)) {
              density(x0)
              const name = slotName(engine.graph, slots[n * size]!)
              throw new NumericalError(`the density of ${name} is not finite at its current value`, {
                code: "not-finite",
                where: name,
                hint: "give other initial values, or another prior",
              })
            }
            if (phase === "warmup") {
              memory[m + 1]! += 1
              memory[m]! += (Math.abs(x1 - x0) - memory[m]!) / memory[m + 1]!
            }
            density(x1)
          }
        }
      },
      logDensity(state) {
        s = state
        let total = 0
        for (n = 0; n < instances.length; n++) total += weigh()
        return total
      },
    }
  },
}

const WORDS: Readonly<Record<ArrayScale, string>> = {
  real: "real vector",
  simplex: "vector of log ratios",
  counts: "vector of counts, two at a time",
  positiveDefinite: "log-Cholesky factor",
}
