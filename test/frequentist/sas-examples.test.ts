/** Examples of SAS/STAT's documentation of PROC MIXED: covariance parameters, tests and means as it prints them. */
import { describe, expect, it } from "vitest"
import { fittedMeans } from "../../src/checks/fitted-means.ts"
import { datasets } from "../../src/data/datasets.ts"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { reml } from "../../src/frequentist/reml.ts"

const variances = (fit: LmmFit) => fit.varcorr.map((row) => ("variance" in row ? row.variance : row.cov))

/** Within half a unit of the last figure that is printed, and what searches leave open. */
const printed = (values: readonly (number | null)[], expected: readonly string[]) => {
  expect(values).toHaveLength(expected.length)
  values.forEach((value, k) => {
    const target = Number(expected[k]!)
    const unit = 10 ** -(expected[k]!.split(".")[1] ?? "").length
    expect(Math.abs(value! - target)).toBeLessThanOrEqual(0.5 * unit + 3e-6 * Math.abs(target) + 1e-12)
  })
}

describe("split plot (Stroup 1989)", () => {
  const yields = [
    56, 41, 50, 36, 39, 35, 30, 25, 36, 28, 33, 30, 32, 24, 31, 27, 15, 19, 30, 25, 35, 30, 17, 18,
  ]
  const rows = yields.map((y, i) => {
    return { y, a: `a${Math.floor((i % 6) / 2)}`, b: `b${i % 2}`, block: `k${Math.floor(i / 6)}` }
  })
  const fit = reml("y ~ a * b + (1 | block) + (1 | block:a)", rows)

  it("has the variance components", () => {
    printed([-2 * fit.logLik], ["119.8"])
    printed(variances(fit), ["15.3819", "62.3958", "9.3611"])
  })

  it.each(["inner-outer", "kr"] as const)("has the tests of type 3, %s", (ddf) => {
    const tests = fit.anova({ ddf })
    printed(
      tests.flatMap(({ ndf, ddf: below, F, p }) => [ndf, below, F, p]),
      ["2", "6", "4.07", "0.0764", "1", "9", "19.39", "0.0017", "2", "9", "4.02", "0.0566"],
    )
  })

  it("has the mean of the first level of A in the broad space", () => {
    const [first] = fittedMeans(fit, "a", { ddf: "inner-outer" }).means
    printed([first!.estimate, first!.se, first!.estimate / first!.se], ["32.8750", "4.5403", "7.24"])
  })
})

describe("growth (Pothoff & Roy 1964)", () => {
  const data = datasets.orthodont()

  it("TYPE=UN, by maximum likelihood", () => {
    const fit = reml("distance ~ Sex * age", data, { residual: "un(age | Subject)", method: "ML" })
    printed([-2 * fit.logLik, fit.aic], ["419.5", "447.5"])
    const { varIdent, un } = fit.residual as Record<string, Record<string, number>>
    const times = ["8", "10", "12", "14"]
    const covariances = times.flatMap((a, i) => {
      return times.slice(0, i + 1).map((b) => {
        return fit.sigma ** 2 * varIdent![a]! * varIdent![b]! * (a === b ? 1 : un![`${b},${a}`]!)
      })
    })
    printed(covariances, [
      "5.1192",
      "2.4409",
      "3.9279",
      "3.6105",
      "2.7175",
      "5.9798",
      "2.5222",
      "3.0624",
      "3.8235",
      "4.6180",
    ])
    printed(
      fit.anova({ type: 3 }).map(({ F }) => F),
      ["1.17", "110.54", "7.99"],
    )
  })

  it("TYPE=CS, and GROUP=Gender", () => {
    const model = { residual: "cs(1 | Subject)", method: "ML" } as const
    const fit = reml("distance ~ Sex * age", data, model)
    const rho = fit.residual!.cs as number
    printed(
      [-2 * fit.logLik, fit.sigma ** 2 * rho, fit.sigma ** 2 * (1 - rho)],
      ["428.6", "3.0306", "1.8746"],
    )
    const bySex = reml("distance ~ Sex * age + diag(0 + Sex | Subject)", data, {
      weights: "varIdent(Sex)",
      method: "ML",
    })
    const { Female } = bySex.residual!.varIdent as Record<string, number>
    printed([-2 * bySex.logLik, ...variances(bySex)], ["408.8", "3.8804", "2.4463", "2.7577"])
    printed([bySex.sigma ** 2 * Female! ** 2], ["0.5900"])
  })
})

describe("random coefficients (Obenchain 1990)", () => {
  const assays: readonly (readonly [string, number, readonly number[]])[] = [
    ["b1", 0, [101.2, 103.3, 103.3, 102.1, 104.4, 102.4]],
    ["b1", 1, [98.8, 99.4, 99.7, 99.5]],
    ["b1", 3, [98.4, 99.0, 97.3, 99.8]],
    ["b1", 6, [101.5, 100.2, 101.7, 102.7]],
    ["b1", 9, [96.3, 97.2, 97.2, 96.3]],
    ["b1", 12, [97.3, 97.9, 96.8, 97.7, 97.7, 96.7]],
    ["b2", 0, [102.6, 102.7, 102.4, 102.1, 102.9, 102.6]],
    ["b2", 1, [99.1, 99.0, 99.9, 100.6]],
    ["b2", 3, [105.7, 103.3, 103.4, 104.0]],
    ["b2", 6, [101.3, 101.5, 100.9, 101.4]],
    ["b2", 9, [94.1, 96.5, 97.2, 95.6]],
    ["b2", 12, [93.1, 92.8, 95.4, 92.2, 92.2, 93.0]],
    ["b3", 0, [105.1, 103.9, 106.1, 104.1, 103.7, 104.6]],
    ["b3", 1, [102.2, 102.0, 100.8, 99.8]],
    ["b3", 3, [101.2, 101.8, 100.8, 102.6]],
    ["b3", 6, [101.1, 102.0, 100.1, 100.2]],
    ["b3", 9, [100.9, 99.5, 102.2, 100.8]],
    ["b3", 12, [97.8, 98.3, 96.9, 98.4, 96.9, 96.5]],
  ]
  const rows = assays.flatMap(([batch, month, values]) => values.map((y) => ({ batch, month, y })))

  it("has its covariance parameters and solution", () => {
    const fit = reml("y ~ month + (month | batch)", rows)
    printed([-2 * fit.logLik, ...variances(fit)], ["350.3", "0.9768", "0.03717", "-0.1045", "3.2932"])
    printed(
      fit.kenwardRoger().flatMap(({ estimate, se, df, t }) => [estimate, se, df, t]),
      ["102.70", "0.6456", "2", "159.08", "-0.5259", "0.1194", "2", "-4.41"],
    )
    printed([fit.anova({ ddf: "kr" })[0]!.p], ["0.0478"])
  })
})

describe("heights of families, an oven experiment (Hemmerle & Hartley 1973)", () => {
  it("has the variances and test of the families", () => {
    const text = "1F67 1F66 1F64 1M71 1M72 2F63 2F63 2F67 2M69 2M68 2M70 3F63 3M64 4F67 4F66 4M67 4M67 4M69"
    const rows = text
      .split(" ")
      .map((cell) => ({ family: `f${cell[0]}`, sex: cell[1]!, y: Number(cell.slice(2)) }))
    const fit = reml("y ~ sex + (1 | family) + (1 | family:sex)", rows)
    printed([-2 * fit.logLik, ...variances(fit)], ["71.02246", "1.7657", "2.4010", "2.1668"])
    const [test] = fit.anova({ ddf: "inner-outer" })
    printed([test!.F, test!.ddf, test!.p], ["7.95", "3", "0.0667"])
  })

  it("has the variances and test of the oven", () => {
    const ovens: Readonly<Record<string, readonly number[]>> = {
      "1 1": [237, 254, 246],
      "1 2": [178, 179],
      "2 1": [208, 178, 187],
      "2 2": [146, 145, 141],
      "3 1": [186, 183],
      "3 2": [142, 125, 136],
    }
    const rows = Object.entries(ovens).flatMap(([cell, values]) => {
      return values.map((y) => ({ y, a: `a${cell[0]}`, b: `b${cell[2]}` }))
    })
    const fit = reml("y ~ a + (1 | b) + (1 | a:b)", rows)
    printed(variances(fit), ["26.959", "1464.4", "78.842"])
    const [test] = fit.anova()
    printed([test!.F, test!.p], ["28.00", "0.0345"])
  })
})
