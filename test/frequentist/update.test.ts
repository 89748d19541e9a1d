import { describe, expect, it } from "vitest"
import { readTable } from "../../src/data/read-table.ts"
import type { Column, Table } from "../../src/data/table.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { hausman } from "../../src/frequentist/hausman.ts"
import { ols } from "../../src/frequentist/linear-model.ts"
import { lmList } from "../../src/frequentist/lm-list.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { lmm } from "../../src/samplers/model.ts"
import { messageOf } from "../data/error-of.ts"
import oracle from "../oracle/subset-update.json" with { type: "json" }

interface FitCase {
  data: string
  formula: string
  subset: string
  method: "REML" | "ML"
  holes: { column: string; rows: number[] } | null
  nobs: number
  names: string[]
  fixed: number[]
  criterion: number
  levels: Record<string, number>
}

async function load({ data, holes }: FitCase): Promise<Table> {
  const table = await readTable(`@${data}`)
  return holes === null ? table : withHoles(table, holes.column, holes.rows)
}

/** @param rows from 1 */
function withHoles(table: Table, name: string, rows: readonly number[]): Table {
  const column = table.columns.get(name)!
  const holed: Column =
    column.kind === "numeric"
      ? { ...column, values: column.values.map((value, i) => (rows.includes(i + 1) ? Number.NaN : value)) }
      : column.kind === "text"
        ? { ...column, values: column.values.map((value, i) => (rows.includes(i + 1) ? null : value)) }
        : { ...column, codes: column.codes.map((code, i) => (rows.includes(i + 1) ? -1 : code)) }
  return { ...table, columns: new Map([...table.columns, [name, holed]]) }
}

describe("a subset of the rows", () => {
  it.each(oracle.fits as unknown as FitCase[])("$formula where $subset, as lmer fits it", async (found) => {
    const table = await load(found)
    const fit = reml(found.formula, table, { subset: found.subset, method: found.method })
    expect([fit.nobs, fit.fixed.map(({ name }) => name)]).toEqual([found.nobs, found.names])
    expect(Math.abs(fit.criterion / found.criterion - 1)).toBeLessThan(1e-8)
    fit.fixed.forEach(({ estimate, se }, j) => {
      expect(Math.abs(estimate - found.fixed[j]!)).toBeLessThan(1e-5 * se)
    })
    for (const { group, levels } of fit.design.random) expect(levels).toHaveLength(found.levels[group]!)
    expect(fit.nobs + fit.design.dropped + fit.design.subset!.excluded).toBe(table.rows)
  })

  it("is that of every analysis: regressions, groups, Hausman's test and models to sample from", async () => {
    const table = await readTable("@sleepstudy")
    const days = table.columns.get("Days")!
    const late = days.kind === "numeric" ? [...days.values].map((value) => value >= 2) : []
    for (const subset of ["Days >= 2", late]) {
      expect(ols("Reaction ~ Days", table, { subset }).nobs).toBe(144)
      expect(lmList("Reaction ~ Days | Subject", table, { subset }).df[0]).toBe(6)
      expect(lmm("Reaction ~ Days + (Days | Subject)", table, { subset }).design.nobs).toBe(144)
      const test = hausman("Reaction ~ Days", table, { subset, group: "Subject" })
      expect(test.coefficients[0]!.fixed).toBeCloseTo(
        ols("Reaction ~ Days + Subject", table, { subset }).fixed[1]!.estimate,
        8,
      )
    }
  })
})

describe("update", () => {
  it("changes formula, options and data, and keeps the others", async () => {
    const table = await readTable("@sleepstudy")
    const fit = reml("Reaction ~ Days + (Days | Subject)", table, { subset: "Days >= 2" })
    const smaller = fit.update(". ~ . - (Days | Subject) + (1 | Subject)")
    const direct = reml("Reaction ~ Days + (1 | Subject)", table, { subset: "Days >= 2" })
    expect([smaller.formula, smaller.criterion]).toEqual([direct.formula, direct.criterion])
    const ml = smaller.update({ method: "ML" })
    expect([ml.method, ml.nobs, ml.formula]).toEqual(["ML", 144, direct.formula])
    const all = ml.update("log(.) ~ .", { subset: null, method: null })
    const logs = reml("log(Reaction) ~ Days + (1 | Subject)", table)
    expect([all.nobs, all.method, all.criterion]).toEqual([180, "REML", logs.criterion])
    const half = all.update({ data: withHoles(table, "Reaction", [1, 2, 3]) })
    expect([half.nobs, half.design.dropped]).toEqual([177, 3])
    expect(fit.lrt(fit.update(". ~ . - (Days | Subject) + (1 | Subject)")).df).toBe(2)
  })

  it("does not keep θ to start from for another formula", async () => {
    const table = await readTable("@sleepstudy")
    const fit = reml("Reaction ~ Days + (Days | Subject)", table, { start: Float64Array.of(1, 0, 0.2) })
    expect(fit.update({ method: "ML" }).converged).toBe(true)
    expect(fit.update(". ~ . - (Days | Subject) + (1 | Subject)").thetaNames).toEqual(["Subject.(Intercept)"])
  })

  it("of a linear model", async () => {
    const table = await readTable("@grunfeld")
    const fit = ols("invest ~ .", table, { subset: "year < 1950" })
    const smaller = fit.update(". ~ . - firm - year")
    expect(smaller.formula).toBe("invest ~ value + capital")
    expect(smaller.rss).toBe(ols("invest ~ value + capital", table, { subset: "year < 1950" }).rss)
    expect(fit.update(". ~ value", { subset: null }).nobs).toBe(220)
  })

  it("refuses a fit without a formula and its data, and options that do not exist", async () => {
    const table = await readTable("@sleepstudy")
    const fit = reml("Reaction ~ Days + (1 | Subject)", table)
    const message = "this fit was made from a design, without the data of its formula"
    expect(messageOf(() => fitLmm(fit.design).update({ method: "ML" }))).toBe(message)
    expect(messageOf(() => fit.refit(fit.design.response.values).update(". ~ . - Days"))).toBe(message)
    expect(messageOf(() => fit.update({ reml: false } as object))).toContain("reml")
  })
})
