/** The sampler of crossed factors, as the registry lists it. */
import { coordinatesOf } from "../gaussian/spread-space.ts"
import type { Explanation, JointSampler } from "../sampler.ts"
import { costOfBlock } from "./choose-blocks.ts"
import { bindCrossed, type CrossedMatch, type LoweredCrossed, lowerCrossed, matchCrossed } from "./crossed.ts"

export const crossed: JointSampler<CrossedMatch, LoweredCrossed> = {
  name: "crossed",
  match: matchCrossed,
  describe: ({ model, blocks }) => {
    const { coefficients, effects, residual, child } = model
    const spreads = [...effects.map((effect) => effect.spread), residual]
    const dimensions = blocks.map((members) =>
      [...members.map((k) => effects[k]!.spread), residual].reduce((total, s) => total + coordinatesOf(s), 0),
    )
    return {
      targets: [
        ...spreads.flatMap(({ node }) => (node === null ? [] : [node])),
        ...[...coefficients, ...effects].map((part) => part.node),
      ],
      // Each block's responses take a pass over the cells, of which there are at most as many as rows.
      cost: blocks.reduce((total, members) => total + costOfBlock(model, members) + child.residual.length, 0),
      dimension: Math.max(...dimensions),
    }
  },
  explain: ({ model, blocks }): Explanation => {
    const coefficients = model.coefficients.map((c) => c.node)
    const names = blocks.map((members) => members.map((k) => model.effects[k]!.node))
    const lines = names.map((effects, k) => {
      const spreads = [...blocks[k]!.map((e) => model.effects[e]!.spread), model.residual]
      const drawn = spreads.flatMap(({ node }) => (node === null ? [] : [node]))
      return `block ${k + 1}: ${[...drawn, ...coefficients, ...effects].join(", ")} given the other effects`
    })
    return {
      conditional: null,
      density:
        "block by block: p(spreads | other effects, data), the block's coefficients and effects integrated out, by Metropolis–Hastings, then these ~ MultivariateNormal(inverse(Q) h, inverse(Q))",
      because: [
        `${model.child.rows} normal rows; each block eliminates one large factor level by level`,
        ...lines,
        "every block draws all coefficients anew, so that they do not hold the effects back",
      ],
    }
  },
  lower: lowerCrossed,
  bind: bindCrossed,
}
