/** Products with the cross-products `S = [Z X]'[Z X]`, the response left out. */

import type { CrossProducts } from "./cross-products.ts"
import type { EffectVector } from "./eliminate.ts"

/** `S v`, each stored block used in both directions. */
export function multiplyCross(cross: CrossProducts, v: EffectVector): EffectVector {
  const { layout } = cross
  const { tailSize } = layout
  const order = tailSize - 1
  const tail = new Float64Array(order)
  for (let i = 0; i < order; i++) {
    const from = i * tailSize
    let sum = 0
    for (let k = 0; k < order; k++) sum += cross.tail[from + k]! * v.tail[k]!
    tail[i] = sum
  }
  const chain = layout.chain.map(({ levels, width }) => new Float64Array(levels * width))
  layout.chain.forEach((entry, c) => {
    const { width: q } = entry
    const own = v.chain[c]!
    const out = chain[c]!
    const diagonal = cross.diagonal[c]!
    const below = cross.below[c]!
    for (let j = 0; j < entry.levels; j++) {
      const at = j * q
      for (let a = 0; a < q; a++) {
        let sum = out[at + a]!
        for (let b = 0; b < q; b++) sum += diagonal[at * q + a * q + b]! * own[at + b]!
        out[at + a] = sum
      }
      let row = entry.offPointer[j]!
      entry.parentFactors.forEach((_, k) => {
        const w = layout.chain[c + 1 + k]!.width
        const start = entry.parents[k]![j]! * w
        for (let b = 0; b < w; b++, row += q) {
          multiplyRow(below, row, q, own, out, at, v.chain[c + 1 + k]!, chain[c + 1 + k]!, start + b)
        }
      })
      const end = entry.tailPointer[j + 1]! - 1
      for (let i = entry.tailPointer[j]!; i < end; i++, row += q) {
        multiplyRow(below, row, q, own, out, at, v.tail, tail, entry.tailRow[i]!)
      }
    }
  })
  return { chain, tail }
}

/** One row of an off-diagonal block, and its transpose. */
function multiplyRow(
  below: Float64Array,
  row: number,
  q: number,
  own: Float64Array,
  out: Float64Array,
  at: number,
  others: Float64Array,
  target: Float64Array,
  place: number,
): void {
  const other = others[place]!
  let sum = 0
  for (let t = 0; t < q; t++) {
    const s = below[row + t]!
    sum += s * own[at + t]!
    out[at + t] = out[at + t]! + s * other
  }
  target[place] = target[place]! + sum
}
