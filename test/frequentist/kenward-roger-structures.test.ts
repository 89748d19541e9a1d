/** Kenward and Roger's adjustment of models with residual structures: SAS, dense matrices, and models that say the same twice. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import type { TableInput } from "../../src/data/to-table.ts"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"

interface Options {
  readonly residual?: string
  readonly weights?: string
}

interface Adjusted {
  readonly se: readonly number[]
  readonly firstOrder: readonly number[]
  readonly df: readonly number[]
  /** Of all coefficients but the intercept. */
  readonly F: number
  readonly ddf: number
}

interface DenseCase {
  readonly name: string
  readonly data: string
  readonly formula: string
  readonly options: Options
  readonly fixed: readonly number[]
  readonly expected: Adjusted
  readonly observed: Adjusted
}

interface SasCase {
  readonly type: string
  readonly options: Options
  readonly se: number
  readonly firstOrder: number
  readonly df: number
}

const read = (name: string): string =>
  readFileSync(new URL(`../oracle/${name}.json`, import.meta.url), "utf8")
const dense: {
  readonly data: Readonly<Record<string, Readonly<Record<string, (number | string)[]>>>>
  readonly cases: readonly DenseCase[]
} = JSON.parse(read("kenward-roger-structures"))
const sas: { readonly patients: readonly string[]; readonly cases: readonly SasCase[] } = JSON.parse(
  read("kenward-roger-sas"),
)

const orthodont = datasets.orthodont()
const shipped: Readonly<Record<string, () => TableInput>> = {
  orthodont: datasets.orthodont,
  oats: datasets.oats,
}

const close = (a: number, b: number, tolerance: number) => {
  expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1e-3, Math.abs(b)))
}

describe("SAS's PROC MIXED, TYPE=", () => {
  const rows = sas.patients.flatMap((patient, id) => {
    const [arm, ...values] = patient.split(" ")
    return values.flatMap((value, k) => {
      return value === "-" ? [] : [{ y: Number(value), arm: arm!, visit: k + 1, id: `p${id}` }]
    })
  })

  // SAS stops its search where degrees of freedom still move in the fourth figure.
  it.each(sas.cases)("$type", ({ options, se, firstOrder, df }) => {
    const fit = reml("y ~ arm", rows, options)
    const [, full] = fit.kenwardRoger({ information: "observed" })
    const [, plain] = fit.kenwardRoger({ information: "observed", firstOrder: true })
    close(full!.se, se, 2e-4)
    close(plain!.se, firstOrder, 2e-4)
    close(full!.se / plain!.se, se / firstOrder, 1e-6)
    close(full!.df!, df, 5e-4)
    // A single contrast has Satterthwaite's degrees of freedom with the same information.
    close(full!.df!, fit.fixed[1]!.df!, 1e-5)
  })
})

describe.each(dense.cases)("by dense matrices: $name", (entry) => {
  const fit = reml(entry.formula, dense.data[entry.data] ?? shipped[entry.data]!(), entry.options)
  const others = fit.fixed.slice(1).map((_, j) => fit.fixed.map((__, k) => (k === j + 1 ? 1 : 0)))

  it.each(["expected", "observed"] as const)("with the %s information", (information) => {
    const { se, firstOrder, df, F, ddf } = entry[information]
    const plain = fit.kenwardRoger({ information, firstOrder: true })
    fit.kenwardRoger({ information }).forEach((row, j) => {
      close(row.estimate, entry.fixed[j]!, 2e-5)
      close(row.se, se[j]!, 2e-5)
      close(plain[j]!.se, firstOrder[j]!, 2e-5)
      close(row.df!, df[j]!, 1e-4)
    })
    const test = fit.testContrast(others, { ddf: "kr", information })
    close(test.F, F, 1e-4)
    close(test.ddf!, ddf, 1e-4)
  })
})

/** The rows of Orthodont at two ages, without some. */
const twoAges = (() => {
  const cells = (name: string): (string | number)[] => {
    const column = orthodont.columns.get(name)!
    if (column.kind === "factor") return Array.from(column.codes, (code) => column.levels[code]!)
    return column.kind === "numeric" ? Array.from(column.values) : column.values.map((value) => value ?? "")
  }
  const [age, distance, subject, sex] = ["age", "distance", "Subject", "Sex"].map(cells)
  return age!.flatMap((value, i) => {
    if (Number(value) > 10 || i % 23 === 4) return []
    return [{ age: value, distance: distance![i]!, Subject: subject![i]!, Sex: sex![i]! }]
  })
})()

const growth = "distance ~ age * Sex"
const pairs: readonly [string, () => LmmFit, () => LmmFit][] = [
  [
    "exchangeable residuals are an intercept",
    () => reml("distance ~ age", twoAges, { residual: "cs(1 | Subject)" }),
    () => reml("distance ~ age + (1 | Subject)", twoAges),
  ],
  [
    "un of two times is an intercept and a variance for each time",
    () => reml(growth, twoAges, { residual: "un(age | Subject)" }),
    () => reml(`${growth} + (1 | Subject)`, twoAges, { weights: "varIdent(age)" }),
  ],
  [
    "toep of two times is cs",
    () => reml(growth, twoAges, { residual: "toep(age | Subject)" }),
    () => reml(growth, twoAges, { residual: "cs(1 | Subject)" }),
  ],
  [
    "car1 of whole times is ar1",
    () => reml(growth, orthodont, { residual: "car1(age | Subject)", weights: "varPower(age)" }),
    () => reml(growth, orthodont, { residual: "ar1(age | Subject)", weights: "varPower(age)" }),
  ],
  [
    "a correlation that vanishes is none",
    () =>
      reml(`${growth} + (1 | Subject)`, orthodont, {
        residual: "car1(age | Subject)",
        weights: "varPower(age)",
      }),
    () => reml(`${growth} + (1 | Subject)`, orthodont, { weights: "varPower(age)" }),
  ],
  [
    "symm of one visit order is that of labels",
    () => reml(growth, orthodont, { residual: "symm(1 | Subject)" }),
    () => reml(growth, orthodont, { residual: "symm(age | Subject)" }),
  ],
]

it.each(pairs)("%s", (_, make, makeOther) => {
  const [fit, other] = [make(), makeOther()]
  close(fit.criterion, other.criterion, 1e-9)
  for (const information of ["expected", "observed"] as const) {
    const rows = other.kenwardRoger({ information })
    fit.kenwardRoger({ information }).forEach((row, j) => {
      close(row.se, rows[j]!.se, 2e-6)
      close(row.df!, rows[j]!.df!, 2e-5)
    })
    const tests = other.anova({ ddf: "kr", information })
    fit.anova({ ddf: "kr", information }).forEach(({ F, ddf }, k) => {
      close(F, tests[k]!.F, 1e-5)
      close(ddf!, tests[k]!.ddf!, 2e-5)
    })
  }
})

describe("Kenward and Roger's adjustment", () => {
  it("does not know units, nor the order of rows", () => {
    const options = { residual: "car1(age | Subject)", weights: "varIdent(Sex)" }
    const rows = twoAges.filter((_, i) => i % 7 !== 3)
    const fit = reml("distance ~ age", rows, options)
    const moved = [...rows].reverse().map((row) => ({ ...row, distance: 1000 * Number(row.distance) }))
    const there = reml("distance ~ age", moved, options).kenwardRoger()
    fit.kenwardRoger().forEach(({ se, df }, j) => {
      close(there[j]!.se, 1000 * se, 1e-5)
      close(there[j]!.df!, df!, 1e-4)
    })
  })

  it("keeps known weights beside a structure", () => {
    // Residual variances proportional to 4 and 1 by known weights, or by the strata's ratio that weights of one would estimate.
    const rows = twoAges.map((row) => ({ ...row, w: row.Sex === "Male" ? 4 : 1 }))
    const weighted = reml(growth, rows, { weights: ["w", "varIdent(Sex)"], residual: "cs(1 | Subject)" })
    const plain = reml(growth, rows, { weights: "varIdent(Sex)", residual: "cs(1 | Subject)" })
    close(weighted.criterion, plain.criterion, 1e-9)
    const rowsOfPlain = plain.kenwardRoger()
    weighted.kenwardRoger().forEach(({ se, df }, j) => {
      close(se, rowsOfPlain[j]!.se, 2e-6)
      close(df!, rowsOfPlain[j]!.df!, 2e-5)
    })
  })

  it("refuses series that are too long", () => {
    const n = 7500
    const data = {
      y: Float64Array.from({ length: n }, (_, i) => Math.sin(i * i)),
      t: Float64Array.from({ length: n }, (_, i) => i),
    }
    const fit = reml("y ~ 1", data, { residual: "ar1(t)" })
    expect(() => fit.kenwardRoger()).toThrow(/7500 rows, too many/)
  })
})
