/** Log densities of whole groups of rows together, the effects of groups that the posterior does not have integrated out. */
import type { RandomDesign } from "../models/formula/design.ts"
import { streamFor } from "../random/stream.ts"
import { covarianceDraws, factorDraws } from "./covariance-draws.ts"
import { linearPredictor, type PredictorRows } from "./linear-predictor.ts"
import type { DrawsByName } from "./recorded-draws.ts"
import { residualVariance } from "./residual-variance.ts"

const LOG_TWO_PI = Math.log(2 * Math.PI)

/**
 * log p(y_G | θ⁽ˢ⁾) of some rows G of `rows`, jointly: `Normal(offset + X b + Z u, D + Z₊ Σ Z₊')` with D the residual variances and Z₊ the
 * columns of levels without effects (code -1), which rows of one level share. By the determinant lemma and Woodbury's identity with
 * M = I + L' Z₊' D⁻¹ Z₊ L, Σ = L L': as many columns as there are effects, whatever the number of rows.
 *
 * @param chosen rows of the group
 * @param response one value a row of `rows`
 * @returns one value a draw
 * @throws DataError when draws that are needed were not recorded
 */
export function jointLogLikelihood(
  rows: PredictorRows,
  chosen: readonly number[],
  response: Float64Array,
  draws: DrawsByName,
): Float64Array {
  const predictor = linearPredictor(rows, draws, streamFor(0, 0, "unused"))
  const residual = residualVariance(rows.residualScale, draws)
  const { count } = predictor
  const variances = chosen.map((row) => {
    const values = new Float64Array(count)
    residual(row, values)
    return values
  })
  const deviations = chosen.map((row) => {
    const values = new Float64Array(count)
    predictor.known(row, values)
    for (let s = 0; s < count; s++) values[s] = response[row]! - values[s]!
    return values
  })
  const loadings = rows.random.flatMap((term, k) =>
    termLoadings(term, rows.newLevels?.[k]?.codes, chosen, draws),
  )
  const width = loadings.reduce((sum, { width: own }) => sum + own, 0)
  const m = new Float64Array(width * width)
  const b = new Float64Array(width)
  const row = new Float64Array(width)
  const density = new Float64Array(count)
  for (let s = 0; s < count; s++) {
    m.fill(0)
    b.fill(0)
    let sum = 0
    for (let i = 0; i < chosen.length; i++) {
      const precision = 1 / variances[i]![s]!
      const deviation = deviations[i]![s]!
      sum += LOG_TWO_PI - Math.log(precision) + deviation * deviation * precision
      row.fill(0)
      let at = 0
      for (const { width: own, write } of loadings) {
        write(i, s, row, at)
        at += own
      }
      for (let c = 0; c < width; c++) {
        if (row[c] === 0) continue
        b[c]! += row[c]! * deviation * precision
        for (let d = 0; d <= c; d++) m[c * width + d]! += row[c]! * row[d]! * precision
      }
    }
    density[s] = -0.5 * (sum + correction(m, b, width))
  }
  return density
}

interface Loadings {
  readonly width: number
  /** Writes `L' z` of a row of the group, in the columns of its level, from `at` on. */
  readonly write: (i: number, s: number, out: Float64Array, at: number) => void
}

/** The columns of one bar: its terms for each level that is new among the rows. */
function termLoadings(
  term: RandomDesign,
  newCodes: Int32Array | undefined,
  chosen: readonly number[],
  draws: DrawsByName,
): Loadings[] {
  const q = term.terms.length
  // Rows without a table of new levels are groups of their own.
  const levelOf = chosen.map((row) => (term.codes[row]! >= 0 ? -1 : (newCodes?.[row] ?? row)))
  const levels = [...new Set(levelOf.filter((level) => level >= 0))]
  if (levels.length === 0) return []
  const factor = factorDraws(covarianceDraws(term, draws))
  const place = levelOf.map((level) => levels.indexOf(level))
  return [
    {
      width: q * levels.length,
      write(i, s, out, at) {
        if (place[i]! < 0) return
        const start = at + q * place[i]!
        for (let t = 0; t < q; t++) {
          const z = term.columns[t]![chosen[i]!]!
          for (let c = 0; c <= t; c++) out[start + c]! += z * factor[t * q + c]![s]!
        }
      },
    },
  ]
}

/** log |I + M| − b' (I + M)⁻¹ b by Cholesky's factor, of which `m` holds the lower triangle of M; both are written over. */
function correction(m: Float64Array, b: Float64Array, width: number): number {
  let value = 0
  for (let c = 0; c < width; c++) {
    let pivot = 1 + m[c * width + c]!
    for (let k = 0; k < c; k++) pivot -= m[c * width + k]! ** 2
    const root = Math.sqrt(pivot)
    let solved = b[c]!
    for (let k = 0; k < c; k++) solved -= m[c * width + k]! * b[k]!
    b[c] = solved / root
    value += 2 * Math.log(root) - b[c]! ** 2
    m[c * width + c] = root
    for (let r = c + 1; r < width; r++) {
      let below = m[r * width + c]!
      for (let k = 0; k < c; k++) below -= m[r * width + k]! * m[c * width + k]!
      m[r * width + c] = below / root
    }
  }
  return value
}
