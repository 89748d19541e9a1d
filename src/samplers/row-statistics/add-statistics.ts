/**
 * Statistics of parts of the data added up, by the updating formulas of Chan, Golub & LeVeque (1983), The American Statistician
 * 37, 242–247, eq. 2.1, of means and centred products: nothing large cancels, whatever the means are.
 */
import { ModelError } from "../../core/errors.ts"
import type { RowStatistics } from "./row-statistics.ts"

/** A sum that grows: a part takes time by its own size, not by that of the sum. */
export interface StatisticsTotal {
  /** @throws ModelError when the part is of another model or coded differently */
  add(part: RowStatistics): void
  /** What the parts come to; later parts do not change it. */
  value(): RowStatistics
}

/**
 * The statistics of two parts of the data together; neither is changed. Levels are united by name.
 * @throws ModelError when the parts are of different models or coded differently
 */
export function addStatistics(a: RowStatistics, b: RowStatistics): RowStatistics {
  const total = startTotal(a)
  total.add(b)
  return total.value()
}

/** A sum that has one part. */
export function startTotal(first: RowStatistics): StatisticsTotal {
  const w = first.columns.length
  const triangle = (w * (w + 1)) / 2
  const factors = first.factors.map(({ group }) => ({
    group,
    levels: [] as string[],
    codes: new Map<string, number>(),
  }))
  const width = factors.length
  const cellAt = numberCombinations(width)
  let [codes, count, mean, products] = [
    new Int32Array(0),
    new Float64Array(0),
    new Float64Array(0),
    new Float64Array(0),
  ]
  let [cells, rows, dropped] = [0, 0, 0]
  let responses: RowStatistics["responses"] = { mean: 0, squares: 0 }
  const delta = new Float64Array(w)

  const grow = (room: number): void => {
    const capacity = Math.max(room, 2 * count.length)
    codes = copyInto(new Int32Array(capacity * width), codes)
    count = copyInto(new Float64Array(capacity), count)
    mean = copyInto(new Float64Array(capacity * w), mean)
    products = copyInto(new Float64Array(capacity * triangle), products)
  }
  const codeOf = ({ levels, codes: known }: (typeof factors)[number], level: string): number => {
    const code = known.get(level) ?? levels.push(level) - 1
    if (code === levels.length - 1) known.set(level, code)
    return code
  }

  const add = (part: RowStatistics): void => {
    checkAlike(first, part)
    const recode = factors.map((factor, f) =>
      Int32Array.from(part.factors[f]!.levels, (level) => codeOf(factor, level)),
    )
    const own = new Int32Array(width)
    for (let c = 0; c < part.count.length; c++) {
      for (let f = 0; f < width; f++) own[f] = recode[f]![part.codes[c * width + f]!]!
      const cell = cellAt(own)
      if (cell === cells) {
        if (++cells > count.length) grow(cells)
        codes.set(own, cell * width)
      }
      const [n, m] = [count[cell]!, part.count[c]!]
      const total = n + m
      for (let k = 0; k < w; k++) {
        delta[k] = part.mean[c * w + k]! - mean[cell * w + k]!
        // Without the rounding of a difference where there was nothing.
        mean[cell * w + k] = n === 0 ? part.mean[c * w + k]! : mean[cell * w + k]! + (delta[k]! * m) / total
      }
      let at = 0
      for (let k = 0; k < w; k++) {
        for (let j = 0; j <= k; j++, at++) {
          const between = (delta[k]! * delta[j]! * n * m) / total
          products[cell * triangle + at]! += part.products[c * triangle + at]! + between
        }
      }
      count[cell] = total
    }
    const apart = part.responses.mean - responses.mean
    const all = rows + part.rows
    responses = {
      mean: rows === 0 ? part.responses.mean : responses.mean + (apart * part.rows) / all,
      squares:
        responses.squares + part.responses.squares + (rows === 0 ? 0 : (apart ** 2 * rows * part.rows) / all),
    }
    rows = all
    dropped += part.dropped
  }
  grow(first.count.length)
  add(first)
  return {
    add,
    value: () => ({
      ...first,
      factors: factors.map(({ group, levels }) => ({ group, levels: levels.slice() })),
      rows,
      dropped,
      responses,
      codes: codes.slice(0, cells * width),
      count: count.slice(0, cells),
      mean: mean.slice(0, cells * w),
      products: products.slice(0, cells * triangle),
    }),
  }
}

function copyInto<A extends Int32Array | Float64Array>(target: A, values: A): A {
  target.set(values)
  return target
}

/** More combinations of levels than memory has room for. */
const RADIX = 2 ** 26

/** Numbers combinations of codes in the order of their first appearance: those of the first two codes, of these and the next … */
function numberCombinations(width: number): (codes: Int32Array) => number {
  const numbers = Array.from({ length: width }, () => new Map<number, number>())
  return (codes) => {
    let number = 0
    for (let f = 0; f < width; f++) {
      const known = numbers[f]!
      const key = number * RADIX + codes[f]!
      const found = known.get(key)
      number = found ?? known.size
      if (found === undefined) known.set(key, number)
    }
    return number
  }
}

function checkAlike(a: RowStatistics, b: RowStatistics): void {
  const differ = (what: string, left: unknown, right: unknown): void => {
    if (JSON.stringify(left) === JSON.stringify(right)) return
    throw new ModelError(
      `the parts differ in ${what}: ${JSON.stringify(left)} and ${JSON.stringify(right)}`,
      {
        code: "different-statistics",
        where: a.formula,
        hint: "reduce all parts by one formula and one coding: pass the same rows as the option coding",
      },
    )
  }
  differ("their formula", a.formula, b.formula)
  differ("their columns", a.columns, b.columns)
  differ("their fixed columns", a.fixed, b.fixed)
  differ("their bars", a.random, b.random)
  differ("what weights their rows", a.weighting ?? null, b.weighting ?? null)
}
