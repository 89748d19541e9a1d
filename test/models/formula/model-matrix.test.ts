import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import type { ContrastKind } from "../../../src/data/contrasts.ts"
import { toTable } from "../../../src/data/to-table.ts"
import { buildDesign } from "../../../src/models/formula/build-design.ts"
import { INTERCEPT } from "../../../src/models/formula/model-matrix.ts"

interface FixedCase {
  formula: string
  contrasts: ContrastKind
  nobs: number
  rowIndex: number[]
  response: number[]
  responseName: string
  terms: string[]
  full: string[]
  names: string[]
  assign: number[]
  columns: number[][]
  offset: number[] | null
}

interface RandomCase {
  formula: string
  nobs: number
  terms: { group: string; names: string[]; columns: number[][]; levels: string[]; codes: number[] }[]
}

interface Oracle {
  data: Record<string, (number | string | null)[]>
  fixed: FixedCase[]
  random: RandomCase[]
}

const oracle: Oracle = JSON.parse(
  readFileSync(new URL("../../oracle/model-matrix.json", import.meta.url), "utf8"),
)
const table = toTable(oracle.data)

function expectColumns(found: readonly Float64Array[], expected: readonly number[][]): void {
  expect(found.length).toBe(expected.length)
  for (const [j, column] of expected.entries()) {
    expect(found[j]!.length).toBe(column.length)
    const errors = column.map((value, i) => Math.abs(value - found[j]![i]!) / Math.max(1, Math.abs(value)))
    expect(Math.max(...errors)).toBeLessThan(1e-10)
  }
}

describe("fixed part against R's model.matrix and lme4's rank check", () => {
  it.each(oracle.fixed)("$formula ($contrasts)", (expected) => {
    const design = buildDesign(expected.formula, table, {
      contrasts: expected.contrasts,
      residualKnown: true,
    })
    expect(design.fixed.names).toEqual(expected.names)
    expect(design.fixed.terms).toEqual(expected.terms)
    const offsetOfIntercept = expected.terms[0] === INTERCEPT ? 0 : 1
    const assign = expected.full
      .map((name, j) => [name, expected.assign[j]! - offsetOfIntercept] as const)
      .filter(([name]) => expected.names.includes(name))
      .map(([, term]) => term)
    expect(design.fixed.assign).toEqual(assign)
    expect(design.nobs).toBe(expected.nobs)
    expect(design.dropped).toBe(48 - expected.nobs)
    expect([...design.rowIndex]).toEqual(expected.rowIndex)
    expect(design.response.name).toBe(expected.responseName)
    expectColumns(design.fixed.columns, expected.columns)
    expectColumns([design.response.values], [expected.response])
    expectColumns(
      design.offset === null ? [] : [design.offset],
      expected.offset === null ? [] : [expected.offset],
    )
    const isReduced = expected.full.length > expected.names.length
    expect(design.messages.some((message) => message.includes("rank deficient"))).toBe(isReduced)
  })
})

describe("random part against lme4", () => {
  it.each(oracle.random)("$formula", (expected) => {
    const design = buildDesign(expected.formula, table, { residualKnown: true })
    expect(design.nobs).toBe(expected.nobs)
    expect(design.random.map(({ group, terms }) => ({ group, terms }))).toEqual(
      expected.terms.map(({ group, names }) => ({ group, terms: names })),
    )
    for (const [k, term] of expected.terms.entries()) {
      const found = design.random[k]!
      expect(found.levels).toEqual(term.levels)
      expect([...found.codes]).toEqual(term.codes)
      expectColumns(found.columns, term.columns)
    }
  })
})
