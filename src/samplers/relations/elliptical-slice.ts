import { InternalError } from "../../core/errors.ts"
import { cholesky } from "../../math/small-dense.ts"
import { drawNormal } from "../../random/normal.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { findWeighed } from "./block-scales.ts"
import { findDependents } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { dependsOn } from "./linear.ts"
import { findReach, isNormal, NORMALS, slotsOfAll } from "./linear-set.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf, type Site } from "./site.ts"

/** Elements with a normal prior that hangs on none of them. Plain data. */
interface EllipticalMatch extends Site {
  /** Stochastic instances below them. */
  readonly children: readonly Instances[]
  readonly spread: "precision" | "covariance"
}

/**
 * Moves all elements of a normal relation together along the ellipse through their present values and a draw from their
 * prior, whatever hangs on them: nothing to tune, no derivatives. Good where the prior says more than the children. Only by
 * request. Source: Murray, Adams & MacKay (2010), Elliptical slice sampling, AISTATS 9, figure 2.
 */
export const ellipticalSlice: RelationBlockSampler<EllipticalMatch> = {
  name: "elliptical",
  describe: "slice sampling of normal elements together, along an ellipse through a draw from their prior",
  onlyByRequest: true,

  match(model, targets) {
    const blocks = targets.flatMap((target) => {
      const match = matchOne(model, target)
      return match === null ? [] : [{ targets: [target], match }]
    })
    return { blocks, reason: "its prior is not normal, is cut off, or hangs on elements of its own" }
  },

  explain: ({ relation, instances, width }, { graph }) => ({
    formula: `${headOf(relationOf(graph, relation).text)}: density ∝ its normal prior times the factors of what hangs on it`,
    because: [`${instances.length * width} elements moved together along an ellipse`],
  }),

  bind({ relation, instances, slots, width, dependents: { computed }, children, spread }, engine) {
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") throw new InternalError("only what is drawn has a prior")
    const likelihood = bindWeigh(children, engine)
    const n = slots.length
    const args = new Float64Array(f.argsLength)
    const mean = new Float64Array(n)
    const now = new Float64Array(n)
    const other = new Float64Array(n)
    const matrix = new Float64Array(width * width)
    const z = new Float64Array(width)
    /** Means of all elements, and deviations from them of a fresh draw. */
    const drawPrior = (s: Float64Array, rng: Parameters<typeof drawNormal>[0]): void => {
      for (let i = 0; i < instances.length; i++) {
        f.args(s, instances[i]!, args)
        const at = i * width
        for (let k = 0; k < width; k++) {
          mean[at + k] = args[f.argStarts[0]! + k]!
          z[k] = drawNormal(rng)
        }
        for (let k = 0; k < matrix.length; k++) matrix[k] = args[f.argStarts[1]! + k]!
        // A prior without a positive definite matrix is found by its density; here the elements stay.
        if (!cholesky(matrix, 0, width)) z.fill(0)
        if (spread === "covariance")
          for (let k = 0; k < width; k++) {
            let sum = 0
            for (let j = 0; j <= k; j++) sum += matrix[k * width + j]! * z[j]!
            other[at + k] = sum
          }
        else
          for (let k = width - 1; k >= 0; k--) {
            let sum = z[k]!
            for (let j = k + 1; j < width; j++) sum -= matrix[j * width + k]! * other[at + j]!
            other[at + k] = sum / matrix[k * width + k]!
          }
      }
    }
    const placeAt = (s: Float64Array, angle: number): number => {
      const c = Math.cos(angle)
      const sine = Math.sin(angle)
      for (let k = 0; k < n; k++) s[slots[k]!] = mean[k]! + now[k]! * c + other[k]! * sine
      engine.compute(s, computed, 0, computed.relation.length)
      const value = likelihood(s)
      return Number.isNaN(value) ? -Infinity : value
    }
    const all = bindWeigh([{ relation, instances }, ...children], engine)
    return {
      writes: slots,
      memoryLength: 0,
      step(s, _memory, rng) {
        drawPrior(s, rng)
        for (let k = 0; k < n; k++) now[k] = s[slots[k]!]! - mean[k]!
        const level = likelihood(s) + Math.log(rng.uniform())
        let angle = rng.uniform() * 2 * Math.PI
        let lower = angle - 2 * Math.PI
        let upper = angle
        // The bracket closes on the present values, where the density is above the level.
        while (placeAt(s, angle) < level && upper - lower > 1e-12) {
          if (angle < 0) lower = angle
          else upper = angle
          angle = lower + rng.uniform() * (upper - lower)
        }
        if (upper - lower <= 1e-12) placeAt(s, 0)
      },
      logDensity: all,
    }
  },
}

function matchOne({ graph, network }: RelationModel, target: Target): EllipticalMatch | null {
  const one = relationOf(graph, target.relation)
  const kind = NORMALS[one.distribution]
  if (kind === undefined || !isNormal(one)) return null
  const { slots: reached } = findReach(network, [target])
  if (one.args.some((arg) => dependsOn(one, arg, reached))) return null
  const slots = slotsOfAll(graph, [target])
  return {
    relation: target.relation,
    instances: target.instances,
    slots,
    width: one.width,
    dependents: findDependents(network, [[...slots]]),
    children: findWeighed({ graph, network } as RelationModel, [target]).filter(
      ({ relation }) => relation !== target.relation,
    ),
    spread: kind.spread,
  }
}
