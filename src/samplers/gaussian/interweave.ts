/**
 * The second half of an interweaved draw of the spreads. Given the effects u, a small spread hardly moves: each is as large as the
 * other. Here the standardised effects ũ stay, u = L ũ with L the Cholesky factor of the spread's covariance, and each
 * coordinate of the spread is drawn by a slice from its conditional given ũ and the data. Whatever auxiliary variables
 * the spread's prior is a mixture over are integrated out: they are drawn anew after this step.
 *
 * Source: Yu & Meng (2011), Journal of Computational and Graphical Statistics 20, 531–570, on interweaving sufficient
 * and ancillary augmentations.
 */
import type { ModelGraph } from "../../models/graph.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import { layOut } from "../kernel/layout.ts"
import { type LoweringContext, newContext } from "../kernel/program.ts"
import type { Kernel } from "../sampler.ts"
import { compileSpreads, readSpreadState } from "./compile-spreads.ts"
import { findGaussianModel, type GaussianModel, type Spread } from "./gaussian-model.ts"
import { bindTermMoves, type MovedTerm } from "./interweave-moves.ts"
import { reduceTerm } from "./interweave-products.ts"
import { type SpreadPrior, spreadPrior } from "./spread-space.ts"
import { joinSlots } from "./statistics.ts"

/** A set of effects whose spread moves with them. */
interface Term {
  /** Index in `model.effects`. */
  readonly effect: number
  /** The spread as the model states it, and its prior. */
  readonly stated: Spread
  readonly prior: SpreadPrior
}

export interface InterweaveMatch {
  readonly model: GaussianModel
  readonly terms: readonly Term[]
}

/** What a worker needs: plain data. */
export interface LoweredInterweave {
  readonly terms: readonly MovedTerm[]
  readonly residual: Spread
}

/** Takes every spread that belongs to one set of effects alone. @param stated the model before it was augmented */
export function matchInterweave(context: LoweringContext, stated: ModelGraph): InterweaveMatch | Refusal {
  const model = findGaussianModel(context)
  if (isRefusal(model)) return model
  const original = findGaussianModel(newContext(stated, layOut(stated)))
  if (isRefusal(original)) return original
  const spreads = [...original.effects.map((effect) => effect.spread), original.residual]
  const terms: Term[] = []
  model.effects.forEach(({ node }, effect) => {
    const found = original.effects.find((other) => other.node === node)!.spread
    if (found.node === null || spreads.filter((other) => other.node === found.node).length > 1) return
    const prior = spreadPrior(stated, found)
    if (prior === null || isRefusal(prior)) return
    terms.push({ effect, stated: found, prior })
  })
  if (terms.length === 0) return refusal("known-spreads", "no spread belongs to one set of effects alone")
  return { model, terms }
}

/** The terms of a model that is sampled as stated. @param priors of the spread of each of its effects */
export function interweavedTerms(
  model: GaussianModel,
  priors: readonly (SpreadPrior | null)[],
): readonly Term[] {
  return model.effects.flatMap(({ spread }, effect) => {
    const prior = priors[effect]!
    return prior === null ? [] : [{ effect, stated: spread, prior }]
  })
}

export const lowerInterweave = ({ model, terms }: InterweaveMatch): LoweredInterweave => ({
  terms: terms.map(({ effect, stated, prior }) => {
    const { node, spread } = model.effects[effect]!
    return { stated, prior, spread, products: reduceTerm(model, node) }
  }),
  residual: model.residual,
})

export function bindInterweave({ terms, residual }: LoweredInterweave): Kernel {
  const moves = terms.map(bindTermMoves)
  const { values, scratch } = compileSpreads([residual])
  const noise = values[0]!
  return {
    writes: joinSlots(
      terms.flatMap(({ spread, products }) => [
        Array.from({ length: spread.q ** 2 }, (_, k) => spread.slot + k),
        products.slots,
      ]),
    ),
    memoryLength: 0,
    step(state, _memory, rng) {
      readSpreadState(residual, noise, state, scratch)
      for (const { moveTogether } of moves) moveTogether(state, noise.inverse[0]!, rng)
    },
  }
}
