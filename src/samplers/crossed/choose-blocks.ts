/** Which effects are drawn together when one factorisation of all of them would cost too much. */

import { costOfFactorisation } from "../gaussian/factorisation-cost.ts"
import type { GaussianModel } from "../gaussian/gaussian-model.ts"
import { findCells } from "../kernel/cells.ts"

/** Columns of small factors that a block may have beside those of large ones. */
const MOST_REST = 64
/** What a small factor may add to the multiplications of a block that could do without it, for each row. */
const MOST_PER_ROW = 1
/** Levels of a factor that one of a nearly nested factor meets, on average, and multiplications for each row of drawing the two together. */
const NEARLY_NESTED = 1.5
const MOST_JOINT_PER_ROW = 10

/** Effects of one factor: indices in `model.effects`. */
interface Factor {
  readonly codes: Int32Array
  readonly levels: number
  readonly effects: readonly number[]
  /** Columns of all its effects. */
  readonly width: number
}

/**
 * The blocks of a sweep, each a list of indices in `model.effects`. Every large factor is the one that is eliminated in a
 * block of its own, unless another is nested or nearly nested in it and few of its levels then meet: the two are
 * confounded most, and are drawn together. A small factor goes with the large one that it is most nearly nested in or
 * around, and with any other where that costs little; what is left has blocks of its own.
 */
export function chooseBlocks(model: GaussianModel): readonly (readonly number[])[] {
  const factors = findFactors(model)
  const large = factors.filter((factor, k) => k === 0 || factor.width > MOST_REST)
  const small = factors.filter((factor) => !large.includes(factor))
  const blocks: { factor: Factor; with: Factor[]; rest: number }[] = []
  for (const factor of large) {
    const around = blocks.find((block) => {
      if (cellsOf(block.factor, factor) > NEARLY_NESTED * block.factor.levels) return false
      const cost = costOf(model, [block.factor, ...block.with, factor])
      return cost <= MOST_JOINT_PER_ROW * model.child.residual.length
    })
    if (around === undefined) blocks.push({ factor, with: [], rest: model.coefficients.length })
    else around.with.push(factor)
  }
  const alone: Factor[] = []
  for (const factor of small) {
    // Few cells for each level: one factor nearly tells the other.
    const byNearness = blocks
      .map((block) => ({ block, cells: cellsOf(block.factor, factor) / block.factor.levels }))
      .sort((a, b) => a.cells - b.cells)
    let placed = false
    for (const { block } of byNearness) {
      if (block.rest + factor.width > MOST_REST) continue
      const cost = costOf(model, [block.factor, ...block.with, factor])
      if (placed && cost > MOST_PER_ROW * model.child.residual.length) continue
      block.with.push(factor)
      block.rest += factor.width
      placed = true
    }
    if (!placed) alone.push(factor)
  }
  return [...blocks.map((block) => [block.factor, ...block.with]), ...alone.map((factor) => [factor])].map(
    (members) => members.flatMap((factor) => factor.effects).sort((a, b) => a - b),
  )
}

/** Multiplications of one factorisation of a block, and of taking the other effects from its responses. */
export function costOfBlock(model: GaussianModel, effects: readonly number[]): number {
  return costOfFactorisation({ ...pick(model), effects: effects.map((k) => model.effects[k]!) })
}

const costOf = (model: GaussianModel, members: readonly Factor[]): number =>
  costOfBlock(
    model,
    members.flatMap((factor) => factor.effects),
  )

// Not a spread: the cross-products of a child are computed when first read.
const pick = ({ child, coefficients }: GaussianModel) => ({ child, coefficients })

const cellsOf = (a: Factor, b: Factor): number => findCells(a.codes, a.levels, b.codes, b.levels).code.length

/** The factors of a model, the largest first. */
function findFactors(model: GaussianModel): Factor[] {
  const byCodes = new Map<Int32Array, { levels: number; effects: number[]; width: number }>()
  model.effects.forEach((effect, k) => {
    const column = model.child.columns.find((c) => c.node === effect.node)!
    const factor = byCodes.get(column.codes!) ?? { levels: column.levels, effects: [], width: 0 }
    factor.effects.push(k)
    factor.width += effect.q * column.levels
    byCodes.set(column.codes!, factor)
  })
  return [...byCodes].map(([codes, factor]) => ({ codes, ...factor })).sort((a, b) => b.levels - a.levels)
}
