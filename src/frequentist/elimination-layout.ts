/**
 * In which order, and into which places, the mixed-model equations are eliminated.
 *
 * ```
 *  chain factor 0   levels eliminated one block each; a level's column holds, below its diagonal block,
 *  chain factor 1   rows for the level of every later chain factor it is nested in ("parents"),
 *  …                rows for the levels of the other factors it meets (the "tail" levels),
 *  tail             rows for the fixed effects and one row for the response.
 *  X, y             The tail with X and y is one dense matrix.
 * ```
 *
 * The chain is the factor with the most levels and every factor that all of the chain so far is nested in: its
 * elimination, child before parent, causes no fill. Everything crossed is in the tail.
 */

import { ModelError } from "../core/errors.ts"
import type { GroupingFactor } from "./grouping-factors.ts"

/** One factor of the chain. The rows of level `j` are: parents, then `tailRow[tailPointer[j] … tailPointer[j + 1])`. */
export interface ChainFactor {
  readonly factor: number
  readonly levels: number
  readonly width: number
  /** Factors of the later chain, in order; `parents[k][j]` is the level of the k-th of them that level j lies in. */
  readonly parentFactors: readonly number[]
  readonly parents: readonly Int32Array[]
  /** Number of rows that belong to parents: the sum of their widths. */
  readonly parentRows: number
  /** Tail levels met: `blockFactor`, and `blockStart`, the first tail row, of blocks `blockPointer[j] …`. */
  readonly blockPointer: Int32Array
  readonly blockFactor: Int32Array
  readonly blockStart: Int32Array
  /** The same row by row, the fixed effects and the response included. */
  readonly tailPointer: Int32Array
  readonly tailRow: Int32Array
  /** `relative[k][i]`: where tail row `i` (an index into `tailRow`) stands among the tail rows of the k-th parent. */
  readonly relative: readonly Int32Array[]
  /** Start of level j's rows in the off-diagonal store, in doubles; row-major, `width` doubles a row. */
  readonly offPointer: Int32Array
}

export interface EliminationLayout {
  readonly factors: readonly GroupingFactor[]
  readonly chain: readonly ChainFactor[]
  /** First tail row of each factor; -1 for those of the chain. */
  readonly tailStart: readonly number[]
  /** Rows of the tail that are random effects; the fixed effects follow, the response is last. */
  readonly tailEffects: number
  readonly fixedEffects: number
  /** `tailEffects + fixedEffects + 1`. */
  readonly tailSize: number
}

/** Dense tails beyond this take more than a gigabyte and minutes. */
const MAX_TAIL = 6000

/**
 * @param factors largest number of levels first
 * @param fixedEffects number of columns of X
 * @throws ModelError when the crossed factors are too large for the dense tail
 */
export function layOutElimination(
  factors: readonly GroupingFactor[],
  fixedEffects: number,
): EliminationLayout {
  const inChain = chooseChain(factors)
  const tailStart: number[] = []
  let tailEffects = 0
  factors.forEach((factor, f) => {
    tailStart.push(inChain.includes(f) ? -1 : tailEffects)
    if (!inChain.includes(f)) tailEffects += factor.levels.length * factor.width
  })
  if (tailEffects + fixedEffects > MAX_TAIL) {
    const crossed = factors.filter((_, f) => !inChain.includes(f)).map((factor) => factor.group)
    throw new ModelError(
      `${tailEffects} random effects of crossed factors (${crossed.join(", ")}) and ${fixedEffects} fixed effects need a dense matrix of that order, at most ${MAX_TAIL} are possible`,
      { code: "crossed-too-large", hint: "use fewer levels in the smaller of the crossed factors" },
    )
  }
  const partial = { factors, tailStart, tailEffects, fixedEffects }
  const chain: ChainFactor[] = []
  // Parents first: a level refers to places in its parents' rows.
  for (let k = inChain.length - 1; k >= 0; k--)
    chain.unshift(layOutFactor(partial, inChain, k, chain.slice()))
  return { ...partial, chain, tailSize: tailEffects + fixedEffects + 1 }
}

function chooseChain(factors: readonly GroupingFactor[]): readonly number[] {
  const chain: number[] = []
  factors.forEach((factor, f) => {
    if (chain.every((child) => isNested(factors[child]!, factor))) chain.push(f)
  })
  return chain
}

function isNested(child: GroupingFactor, parent: GroupingFactor): boolean {
  const seen = new Int32Array(child.levels.length).fill(-1)
  return child.codes.every((code, i) => {
    const level = parent.codes[i]!
    if (seen[code] === -1) seen[code] = level
    return seen[code] === level
  })
}

type PartialLayout = Pick<EliminationLayout, "factors" | "tailStart" | "tailEffects" | "fixedEffects">

function layOutFactor(
  layout: PartialLayout,
  inChain: readonly number[],
  k: number,
  laterChain: readonly ChainFactor[],
): ChainFactor {
  const { factors, tailStart, tailEffects, fixedEffects } = layout
  const factor = factors[inChain[k]!]!
  const levels = factor.levels.length
  const parentFactors = inChain.slice(k + 1)
  const parents = parentFactors.map((parent) => {
    const map = new Int32Array(levels)
    factor.codes.forEach((code, i) => {
      map[code] = factors[parent]!.codes[i]!
    })
    return map
  })
  const parentRows = parentFactors.reduce((sum, parent) => sum + factors[parent]!.width, 0)
  const tailFactors = factors.map((_, f) => f).filter((f) => tailStart[f]! >= 0)
  const met = tailFactors.map((f) => meetings(factor, factors[f]!))
  const blockPointer = new Int32Array(levels + 1)
  const tailPointer = new Int32Array(levels + 1)
  const offPointer = new Int32Array(levels + 1)
  const blockFactor: number[] = []
  const blockStart: number[] = []
  const tailRow: number[] = []
  for (let j = 0; j < levels; j++) {
    tailFactors.forEach((f, index) => {
      const width = factors[f]!.width
      for (const level of met[index]![j]!) {
        blockFactor.push(f)
        blockStart.push(tailStart[f]! + level * width)
        for (let t = 0; t < width; t++) tailRow.push(tailStart[f]! + level * width + t)
      }
    })
    for (let x = 0; x <= fixedEffects; x++) tailRow.push(tailEffects + x)
    blockPointer[j + 1] = blockFactor.length
    tailPointer[j + 1] = tailRow.length
    offPointer[j + 1] = offPointer[j]! + (parentRows + tailPointer[j + 1]! - tailPointer[j]!) * factor.width
  }
  const rows = Int32Array.from(tailRow)
  return {
    factor: inChain[k]!,
    levels,
    width: factor.width,
    parentFactors,
    parents,
    parentRows,
    blockPointer,
    blockFactor: Int32Array.from(blockFactor),
    blockStart: Int32Array.from(blockStart),
    tailPointer,
    tailRow: rows,
    relative: parents.map((parent, index) =>
      relativePositions(parent, tailPointer, rows, laterChain[index]!),
    ),
    offPointer,
  }
}

/** For each level of `a` the sorted levels of `b` that share a row with it. */
function meetings(a: GroupingFactor, b: GroupingFactor): readonly (readonly number[])[] {
  const sets = a.levels.map(() => new Set<number>())
  a.codes.forEach((code, i) => {
    sets[code]!.add(b.codes[i]!)
  })
  return sets.map((set) => [...set].sort((x, y) => x - y))
}

/** Both row lists ascend and the parent's contains the child's, because the child is nested. */
function relativePositions(
  parent: Int32Array,
  tailPointer: Int32Array,
  tailRow: Int32Array,
  later: ChainFactor,
): Int32Array {
  const relative = new Int32Array(tailRow.length)
  parent.forEach((level, j) => {
    const start = later.tailPointer[level]!
    let at = start
    for (let i = tailPointer[j]!; i < tailPointer[j + 1]!; i++) {
      while (later.tailRow[at] !== tailRow[i]) at++
      relative[i] = at - start
    }
  })
  return relative
}
