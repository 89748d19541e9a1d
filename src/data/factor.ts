/** Factors: levels in R's order, interactions, and the removal of levels that do not occur. */

import { DataError } from "../core/errors.ts"
import { formatNumber } from "./format-number.ts"
import { findWholeRange, lookUpCodes, markPresent } from "./scan-numbers.ts"
import type { Column, FactorColumn, NumericColumn, TextColumn } from "./table.ts"

const collator = new Intl.Collator("en")

/**
 * The column as a factor. A factor is returned as it is. Numbers are sorted as numbers and labelled as R prints them
 * (`formatNumber`); numbers with the same label are one level, as in R. Text is sorted by the English collation,
 * independent of the machine's language. Missing values get code -1. Whole numbers 0, 1, …, each of which occurs, are codes as
 * they stand: those that came as an `Int32Array` are shared, not copied.
 *
 * @param name the column's name, for messages
 * @throws DataError `all-missing` when no value is left to make a level of
 */
export function asFactor(column: Column, name: string): FactorColumn {
  if (column.kind === "factor") return column
  const factor = column.kind === "numeric" ? factorOfNumbers(column) : factorOfText(column)
  if (factor.levels.length === 0) {
    throw new DataError("every value is missing, found no level for the factor, expected at least one", {
      code: "all-missing",
      where: `column "${name}"`,
      hint: "fill the column, or check the texts that stand for missing values (na)",
    })
  }
  return factor
}

function factorOfNumbers(column: NumericColumn): FactorColumn {
  return factorOfWholeNumbers(column) ?? factorOfAnyNumbers(column)
}

/**
 * Codes by counting: whole numbers in a range not much wider than there are rows (or a thousand), which group codes nearly
 * always are, also in a part of their table; null for any others.
 */
function factorOfWholeNumbers(column: NumericColumn): FactorColumn | null {
  const values = column.integers ?? column.values
  const { least, most, areWhole } = findWholeRange(values)
  if (!areWhole) return null
  // Beyond 2^31 differences are no array indices; beyond 15 digits two numbers may print alike.
  const range = most - least + 1
  if (!(range > 0 && range <= Math.max(1000, 16 * values.length))) return null
  if (Math.max(Math.abs(least), Math.abs(most)) > 1e14) return null
  const codeOf = new Int32Array(range)
  markPresent(values, least, codeOf)
  const levels: string[] = []
  for (let k = 0; k < range; k++) {
    if (codeOf[k] === 1) codeOf[k] = levels.push(formatNumber(least + k)) - 1
  }
  // Codes already.
  const isCoded = least === 0 && levels.length === range && column.integers !== undefined
  return { kind: "factor", codes: isCoded ? column.integers : lookUpCodes(values, least, codeOf), levels }
}

function factorOfAnyNumbers(column: NumericColumn): FactorColumn {
  const distinct = Float64Array.from(new Set(column.values.filter((value) => !Number.isNaN(value)))).sort()
  const levels: string[] = []
  const codeOf = new Map<number, number>()
  for (const value of distinct) {
    const label = formatNumber(value)
    // Neighbours that print alike, such as 0.3 and 0.1 + 0.2, are meant to be equal.
    if (label !== levels.at(-1)) levels.push(label)
    codeOf.set(value, levels.length - 1)
  }
  return { kind: "factor", codes: Int32Array.from(column.values, (value) => codeOf.get(value) ?? -1), levels }
}

function factorOfText(column: TextColumn): FactorColumn {
  const { values } = column
  /** Numbered as they come. */
  const numberOf = new Map<string, number>()
  const codes = new Int32Array(values.length)
  let last: string | null = null
  let code = -1
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    // Rows of one level often stand together.
    if (value !== last) {
      code = value === null ? -1 : (numberOf.get(value) ?? numberOf.size)
      if (value !== null && code === numberOf.size) numberOf.set(value, code)
      last = value
    }
    codes[i] = code
  }
  // Nearly always in order already by code units, which are much quicker to compare: a second sort then only looks.
  const levels = [...numberOf.keys()].sort().sort(compareText)
  const place = new Int32Array(levels.length)
  levels.forEach((level, k) => {
    place[numberOf.get(level)!] = k
  })
  for (let i = 0; i < codes.length; i++) if (codes[i] !== -1) codes[i] = place[codes[i]!]!
  return { kind: "factor", codes, levels }
}

/** The collation order; texts that it holds equal (`é` composed or not) by code unit, so that the order is total. */
export function compareText(a: string, b: string): number {
  return collator.compare(a, b) || (a < b ? -1 : a > b ? 1 : 0)
}

/**
 * The interaction of two factors, R's `a:b` with unused levels dropped: labels `la:lb`, ordered by the level of `a`,
 * then of `b`. Code -1 where either is missing.
 *
 * @throws DataError `unequal-lengths`; `ambiguous-level` when two combinations get the same label, as `x:y` with `z`
 * and `x` with `y:z` do
 */
export function interactFactors(a: FactorColumn, b: FactorColumn): FactorColumn {
  const rows = a.codes.length
  if (b.codes.length !== rows) {
    throw new DataError(`found factors of lengths ${rows} and ${b.codes.length}, expected equal lengths`, {
      code: "unequal-lengths",
      where: "interaction of factors",
      hint: "take both factors from one table",
    })
  }
  const width = b.levels.length
  // A pair of codes as one number; doubles are exact far beyond any product of two level counts.
  const pairs = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const first = a.codes[i]!
    const second = b.codes[i]!
    pairs[i] = first === -1 || second === -1 ? -1 : first * width + second
  }
  const distinct = Float64Array.from(new Set(pairs))
    .sort()
    .filter((pair) => pair !== -1)
  const levels = Array.from(
    distinct,
    (pair) => `${a.levels[Math.floor(pair / width)]}:${b.levels[pair % width]}`,
  )
  checkDistinct(levels)
  const codeOf = new Map<number, number>()
  for (const [code, pair] of distinct.entries()) codeOf.set(pair, code)
  return { kind: "factor", codes: Int32Array.from(pairs, (pair) => codeOf.get(pair) ?? -1), levels }
}

function checkDistinct(levels: readonly string[]): void {
  const seen = new Set<string>()
  for (const level of levels) {
    if (seen.has(level)) {
      throw new DataError(`two combinations of levels are both called "${level}", expected distinct names`, {
        code: "ambiguous-level",
        where: "interaction of factors",
        hint: 'rename the levels that contain ":"',
      })
    }
    seen.add(level)
  }
}

/** The factor with only the levels that occur, in their order; the same object when all do. */
export function dropUnusedLevels(factor: FactorColumn): FactorColumn {
  const { codes } = factor
  // Rows without a level count for place 0.
  const marked = new Uint8Array(1 + factor.levels.length)
  markPresent(codes, -1, marked)
  const used = marked.subarray(1)
  if (used.every((flag) => flag === 1)) return factor
  const newCode = new Int32Array(used.length).fill(-1)
  const levels: string[] = []
  for (const [code, level] of factor.levels.entries()) {
    if (used[code] === 1) newCode[code] = levels.push(level) - 1
  }
  return { kind: "factor", codes: codes.map((code) => (code === -1 ? -1 : newCode[code]!)), levels }
}
