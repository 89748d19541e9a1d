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
import type { Stream } from "../../random/stream.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import { layOut } from "../kernel/layout.ts"
import { type LoweringContext, newContext } from "../kernel/lowering-context.ts"
import type { Kernel } from "../sampler.ts"
import { compileSpreads, readSpreadState } from "./compile-spreads.ts"
import { findGaussianModel, type GaussianModel, type Spread } from "./gaussian-model.ts"
import { bindTermMoves, type MovedTerm } from "./interweave-moves.ts"
import { reduceTerm } from "./interweave-products.ts"
import { bindWatch, watchLength } from "./interweave-watch.ts"
import { coordinatesOf, type SpreadPrior, spreadPrior } from "./spread-space.ts"
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

/** Moves every spread together with its effects. */
export function bindTogether({
  terms,
  residual,
}: LoweredInterweave): (state: Float64Array, rng: Stream) => void {
  const moves = terms.map(bindTermMoves)
  const precisionOf = bindPrecision(residual)
  return (state, rng) => {
    const precision = precisionOf(state)
    for (let k = 0; k < moves.length; k++) moves[k]!.moveTogether(state, precision, rng)
  }
}

function bindPrecision(residual: Spread): (state: Float64Array) => number {
  const { values, scratch } = compileSpreads([residual])
  const noise = values[0]!
  return (state) => {
    readSpreadState(residual, noise, state, scratch)
    return noise.inverse[0]!
  }
}

/**
 * The step of `blocked`, whose spreads other steps draw given the effects. In warm-up what either moves each spread by is
 * measured; where it moves well without this one, this one is taken once in a few sweeps, from then on.
 *
 * memory = [sweeps, then for each term: whether it moves in every sweep, and what `watch` keeps of it].
 */
export function bindInterweave({ terms, residual }: LoweredInterweave): Kernel {
  const precisionOf = bindPrecision(residual)
  let memoryLength = 1
  const moved = terms.map((term) => {
    const at = memoryLength
    memoryLength += 1 + watchLength(coordinatesOf(term.spread))
    return { at, move: bindTermMoves(term).moveTogether, ...bindWatch(term.spread, at + 1) }
  })
  return {
    writes: joinSlots(
      terms.flatMap(({ spread, products }) => [
        Array.from({ length: spread.q ** 2 }, (_, k) => spread.slot + k),
        products.slots,
      ]),
    ),
    memoryLength,
    step(state, memory, rng, phase) {
      const precision = precisionOf(state)
      const sweep = memory[0]!++
      const isWarmup = phase === "warmup"
      const decides = isWarmup && DECISIONS.includes(sweep + 1)
      for (let k = 0; k < moved.length; k++) {
        const { at, move, before, after, isSlow } = moved[k]!
        if (sweep === 0) memory[at] = 1
        if (isWarmup) before(state, memory)
        const moves = memory[at] === 1 || sweep % SELDOM === 0
        if (moves) move(state, precision, rng)
        if (isWarmup) after(state, memory, moves)
        if (decides) memory[at] = isSlow(memory) ? 1 : 0
      }
    },
  }
}

/** Sweeps of warm-up after which is decided, from what was seen since the time before; and between moves that are not needed. */
const DECISIONS = [100, 250, 500, 1000, 2000]
const SELDOM = 8
