/** Rows into sufficient statistics: a table at once, or any number of chunks one after another. */
import { checkOptionNames } from "../../core/errors.ts"
import { dropUnusedLevels } from "../../data/factor.ts"
import type { Table } from "../../data/table.ts"
import { type TableInput, toTable } from "../../data/to-table.ts"
import { type RowValues, sumProducts } from "../../math/grouped-sums.ts"
import { buildDesign, type DesignOptions } from "../../models/formula/build-design.ts"
import type { Design, ResidualScale } from "../../models/formula/design.ts"
import { findCompleteRows, takeRows } from "../../models/formula/design-rows.ts"
import { evaluateNumbers } from "../../models/formula/evaluate.ts"
import { openFrame } from "../../models/formula/frame.ts"
import { INTERCEPT } from "../../models/formula/model-matrix.ts"
import { newDesign } from "../../models/formula/new-design.ts"
import { parseFormula } from "../../models/formula/parse.ts"
import { printExpression } from "../../models/formula/print.ts"
import { type ResidualScaleOptions, readResidualScale } from "../../models/formula/residual-scale.ts"
import { type StatisticsTotal, startTotal } from "./add-statistics.ts"
import { type GroupedRows, reduceCells } from "./reduce-cells.ts"
import { type RowStatistics, STATISTICS_FORMAT } from "./row-statistics.ts"

export interface ReduceOptions
  extends Omit<DesignOptions, "residualKnown" | "maxMessages" | "subset">,
    ResidualScaleOptions {
  /**
   * Rows from which the coding is taken: levels of fixed factors, coefficients of `scale` and `poly`, columns that depend on
   * others. Default: the first rows that come. Grouping factors find their levels as they come.
   */
  readonly coding?: TableInput
}

/**
 * The sufficient statistics of a table under a formula; with `weights` or `se` each row counts as its weight, `se` as 1/se².
 * @throws what `lmm` throws; DataError for a level of a fixed factor that the coding does not know
 */
export function reduceTable(formula: string, data: TableInput, options: ReduceOptions = {}): RowStatistics {
  return codeChunks(formula, options.coding ?? data, options)(data)
}

/**
 * The sufficient statistics of chunks that are read one after another: memory is bounded by one chunk and the cells.
 * @param chunks tables or columns, as an iterable or an asynchronous one
 * @throws as `reduceTable`; DataError when there is no chunk
 */
export async function reduceChunks(
  formula: string,
  chunks: AsyncIterable<TableInput> | Iterable<TableInput>,
  options: ReduceOptions = {},
): Promise<RowStatistics> {
  let reduce = options.coding === undefined ? null : codeChunks(formula, options.coding, options)
  let total: StatisticsTotal | null = null
  for await (const chunk of chunks) {
    reduce ??= codeChunks(formula, chunk, options)
    const part = reduce(chunk)
    if (total === null) total = startTotal(part)
    else total.add(part)
  }
  return total?.value() ?? reduceTable(formula, {}, options)
}

/** What reducing reads of a table that is coded; no new levels where it is the one that the coding was taken from. */
type Coded = Pick<ReturnType<typeof newDesign>, "fixed" | "random" | "offset" | "rowIndex" | "newLevels">

/** A function that reduces tables, all coded as one table would be. */
function codeChunks(
  formula: string,
  coding: TableInput,
  { coding: _, weights, se, ...options }: ReduceOptions,
): (chunk: TableInput) => RowStatistics {
  checkOptionNames("reduceTable", options, ["contrasts", "factor", "numeric", "complete"])
  const ast = parseFormula(formula)
  // With the residual variance known a chunk may have a level for every row.
  const design = buildDesign(ast, toTable(coding), { ...options, residualKnown: true }, true)
  const { recipe, random } = design
  const groupExpressions = recipe!.random.flatMap(({ factors }) => factors.map((factor) => factor.expression))
  const names = distinctNames(design)
  const response = printExpression(ast.response)
  const scaling = { ...(weights === undefined ? {} : { weights }), ...(se === undefined ? {} : { se }) }

  return (input) => {
    const table = toTable(input)
    // The table that the coding was taken from is coded already.
    if (input === coding)
      return reduceCoded(table, { ...design, newLevels: [] }, design.response.values, null, true)
    const present = (name: string) => table.columns.has(name)
    const frame = openFrame(ast.text, table, {
      factor: recipe!.factorColumns.filter(present),
      numeric: recipe!.numericColumns.filter(present),
    })
    const { used } = findCompleteRows([ast.response, ...groupExpressions], frame)
    const y = evaluateNumbers({ frame, used, coefficients: new Map(), role: "response" }, ast.response)
    const coded = newDesign(design, table)
    const kept = keptRows(coded.rowIndex, used)
    const raw = new Float64Array(kept.length)
    for (let i = 0; i < kept.length; i++) raw[i] = y[coded.rowIndex[kept[i]!]!]!
    return reduceCoded(table, coded, raw, kept.length === coded.rowIndex.length ? null : kept, false)
  }

  /** @param kept which of the coded rows are used, null for all: nothing is copied then, columns are only read
   *  @param isCoding they are those of the coding, which has no other levels */
  function reduceCoded(
    table: Table,
    coded: Coded,
    raw: Float64Array,
    kept: Int32Array | null,
    isCoding: boolean,
  ): RowStatistics {
    const { offset } = coded
    const rows = raw.length
    const values =
      offset === null ? raw : raw.map((value, i) => value - offset[kept === null ? i : kept[i]!]!)
    const take = (column: RowValues) => (kept === null || column === null ? column : takeRows(column, kept))
    const columns = [...names.map((name) => take(columnCalled(coded, name))), values]

    const factors = new Map<string, GroupedRows & { readonly group: string }>()
    random.forEach(({ group, levels: known }, k) => {
      if (factors.has(group)) return
      const own = coded.random[k]!.codes
      const fresh = coded.newLevels[k] ?? { levels: [], codes: own }
      const levels = [...known]
      // New levels in the order of the rows that are used: a missing group is no level.
      const renumbered = new Map<number, number>()
      const codes = kept === null && fresh.levels.length === 0 ? own : new Int32Array(rows)
      for (let i = 0; codes !== own && i < rows; i++) {
        const row = kept === null ? i : kept[i]!
        codes[i] = own[row]!
        if (codes[i] !== -1) continue
        const code = fresh.codes[row]!
        const known = renumbered.get(code) ?? levels.push(fresh.levels[code]!) - 1
        renumbered.set(code, known)
        codes[i] = known
      }
      const factor = { kind: "factor" as const, levels, codes }
      // Levels of the coding that these rows do not have are none of theirs.
      factors.set(group, { group, ...(isCoding ? factor : dropUnusedLevels(factor)) })
    })
    const list = [...factors.values()]
    const rowIndex = kept === null ? coded.rowIndex : takeRows(coded.rowIndex, kept)
    const scale = readResidualScale({ nobs: rows, rowIndex }, table, scaling)
    const weightsOfRows = weightsOf(scale)
    const cells = reduceCells(list, columns, weightsOfRows)
    const isPlain = offset === null && weightsOfRows === null
    return {
      format: STATISTICS_FORMAT,
      formula: design.formula,
      response,
      fixed: { names: design.fixed.names, terms: design.fixed.terms, assign: design.fixed.assign },
      random: random.map(({ group, terms }) => ({ group, terms })),
      factors: list.map(({ group, levels }) => ({ group, levels })),
      columns: [...names, response],
      rows,
      dropped: table.rows - rows,
      responses: isPlain ? lastMoments(cells, columns.length) : momentsOf(raw),
      ...(scale === null ? {} : { weighting: { kind: scale.kind, name: scale.name } }),
      ...cells,
    }
  }
}

/** Indices of the coded rows whose response and groups are there, too. */
function keptRows(rowIndex: Int32Array, used: Uint8Array): Int32Array {
  const kept = new Int32Array(rowIndex.length)
  let count = 0
  for (let i = 0; i < rowIndex.length; i++) if (used[rowIndex[i]!] === 1) kept[count++] = i
  return kept.subarray(0, count)
}

/** Rows whose deviations are held at once. */
const STRETCH = 4096

function momentsOf(values: Float64Array): RowStatistics["responses"] {
  const mean = values.length === 0 ? 0 : sumProducts(values, null, values.length) / values.length
  const centred = new Float64Array(STRETCH)
  const parts: number[] = []
  for (let from = 0; from < values.length; from += STRETCH) {
    const length = Math.min(STRETCH, values.length - from)
    for (let i = 0; i < length; i++) centred[i] = values[from + i]! - mean
    parts.push(sumProducts(centred, centred, length))
  }
  return { mean, squares: sumProducts(Float64Array.from(parts), null, parts.length) }
}

/** Mean and centred squares of the last of w columns over all cells. */
function lastMoments(
  { count, mean, products }: Pick<RowStatistics, "count" | "mean" | "products">,
  w: number,
): RowStatistics["responses"] {
  const triangle = (w * (w + 1)) / 2
  const means = Float64Array.from(count, (_, c) => mean[c * w + w - 1]!)
  const rows = sumProducts(count, null, count.length)
  const overall = sumProducts(count, means, count.length) / rows
  const squares = Float64Array.from(
    count,
    (n, c) => products[(c + 1) * triangle - 1]! + n * (means[c]! - overall) ** 2,
  )
  return { mean: overall, squares: sumProducts(squares, null, count.length) }
}

/** Names of the columns of the fixed part and of the bars, each once. */
const distinctNames = ({ fixed, random }: Design): string[] => [
  ...new Set([...fixed.names, ...random.flatMap((term) => term.terms)]),
]

/** Null for the intercept: ones. */
function columnCalled(
  { fixed, random }: Pick<ReturnType<typeof newDesign>, "fixed" | "random">,
  name: string,
): RowValues {
  if (name === INTERCEPT) return null
  const j = fixed.names.indexOf(name)
  if (j !== -1) return fixed.columns[j]!
  const term = random.find(({ terms }) => terms.includes(name))!
  return term.columns[term.terms.indexOf(name)]!
}

/** What the squared residual of each row is multiplied by; null for ones. */
function weightsOf(scale: ResidualScale | null): Float64Array | null {
  return scale === null || scale.kind === "weights"
    ? (scale?.values ?? null)
    : scale.values.map((se) => se ** -2)
}
