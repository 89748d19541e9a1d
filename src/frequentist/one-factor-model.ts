/** The levels of a single grouping factor in classes of equal blocks, and what a response adds to them. */
import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import type { LmmMethod } from "./criterion.ts"
import type { LmmSystem } from "./lmm-system.ts"

export interface LevelClass {
  /** Number of levels, and which they are. */
  readonly count: number
  readonly levels: readonly number[]
  /** Z_j'Z_j, row-major q × q. */
  readonly a: Float64Array
  /** Q'Z_j, row-major p × q. */
  readonly c: Float64Array
  /** `Z_j'Z_j = LL'`, row-major q × r, r the rank. */
  readonly l: Float64Array
  readonly rank: number
  /** `Q'Z_j L⁺'`, row-major p × r. */
  readonly e: Float64Array
}

export interface OneFactorModel {
  readonly q: number
  readonly p: number
  readonly nobs: number
  /** n − p for REML, n for ML. */
  readonly df: number
  readonly reml: boolean
  readonly classes: readonly LevelClass[]
  /** Where the entries of θ stand in T, row-major q × q. */
  readonly place: Int32Array
}

/** What a likelihood needs of a response: of its residual on X, class by class. */
export interface ResponseStatistics {
  /** `Σ Z_j'r` over the levels of each class, length q. */
  readonly sums: readonly Float64Array[]
  /** `Σ Z_j'r r'Z_j`, row-major q × q. */
  readonly squares: readonly Float64Array[]
  /** Q'y, what was taken out. */
  readonly projection: Float64Array
  /** r'r, in one cell. */
  readonly total: Float64Array
}

/** Null when the model has more than one grouping factor, or more than `most` different levels. */
export function describeOneFactor(
  system: LmmSystem,
  method: LmmMethod,
  most = Number.POSITIVE_INFINITY,
): OneFactorModel | null {
  if (system.factors.length !== 1) return null
  const { layout, diagonal, below } = system.cross
  const chain = layout.chain[0]!
  const { width: q, levels } = chain
  const p = layout.fixedEffects
  const size = diagonal[0]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const blocks = new Map<string, number[]>()
  const blockOf = (level: number) => ({
    a: diagonal[0]!.subarray(level * q * q, (level + 1) * q * q),
    c: below[0]!.subarray(chain.offPointer[level]!, chain.offPointer[level]! + p * q),
  })
  for (let level = 0; level < levels; level++) {
    const { a, c } = blockOf(level)
    const key = [...a, ...c].map((value) => Math.round((value / size) * 1e9)).join()
    const members = blocks.get(key)
    if (members !== undefined) members.push(level)
    else if (blocks.size >= most) return null
    else blocks.set(key, [level])
  }
  const place: number[] = []
  for (const { offset, width } of system.terms) {
    for (let column = 0; column < width; column++) {
      for (let row = column; row < width; row++) place.push((offset + row) * q + offset + column)
    }
  }
  const { nobs } = system.design
  return {
    q,
    p,
    nobs,
    df: method === "REML" ? nobs - p : nobs,
    reml: method === "REML",
    classes: [...blocks.values()].map((members) => makeClass(members, blockOf(members[0]!), q, p)),
    place: Int32Array.from(place),
  }
}

function makeClass(
  levels: readonly number[],
  block: { readonly a: Float64Array; readonly c: Float64Array },
  q: number,
  p: number,
): LevelClass {
  const a = block.a.slice()
  const c = block.c.slice()
  const { values, vectors } = decomposeSymmetric(a, q)
  const kept = [...values.keys()].filter((k) => values[k]! > 1e-10 * values[q - 1]!)
  const rank = kept.length
  const l = new Float64Array(q * rank)
  const e = new Float64Array(p * rank)
  kept.forEach((k, to) => {
    const root = Math.sqrt(values[k]!)
    for (let i = 0; i < q; i++) l[i * rank + to] = vectors[i * q + k]! * root
    for (let x = 0; x < p; x++) {
      for (let i = 0; i < q; i++) {
        e[x * rank + to] = e[x * rank + to]! + (c[x * q + i]! * vectors[i * q + k]!) / root
      }
    }
  })
  return { count: levels.length, levels, a, c, l, rank, e }
}

/** Statistics of a response, all zero: to be filled. */
export function createStatistics({ classes, q, p }: OneFactorModel): ResponseStatistics {
  return {
    sums: classes.map(() => new Float64Array(q)),
    squares: classes.map(() => new Float64Array(q * q)),
    projection: new Float64Array(p),
    total: new Float64Array(1),
  }
}

/**
 * Turns statistics of a response into those of its residual on X, in place: `Z_j'r = Z_j'y − Z_j'Q b`, b = Q'y.
 */
export function takeOutProjection(model: OneFactorModel, statistics: ResponseStatistics): void {
  const { q, p, classes } = model
  const { projection: b, total } = statistics
  for (let x = 0; x < p; x++) total[0] = total[0]! - b[x]! * b[x]!
  for (let k = 0; k < classes.length; k++) {
    const { count, c } = classes[k]!
    const s = statistics.sums[k]!
    const o = statistics.squares[k]!
    for (let i = 0; i < q; i++) {
      let shift = 0
      for (let x = 0; x < p; x++) shift += c[x * q + i]! * b[x]!
      for (let j = 0; j <= i; j++) {
        let other = 0
        for (let x = 0; x < p; x++) other += c[x * q + j]! * b[x]!
        const value = o[i * q + j]! - s[i]! * other - shift * s[j]! + count * shift * other
        o[i * q + j] = value
        o[j * q + i] = value
      }
    }
    for (let i = 0; i < q; i++) {
      for (let x = 0; x < p; x++) s[i] = s[i]! - count * c[x * q + i]! * b[x]!
    }
  }
}
