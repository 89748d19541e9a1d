import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { reml } from "../../src/frequentist/reml.ts"

describe("Kenward and Roger's test with weights", () => {
  it("is that of the rows multiplied by the roots of their weights", () => {
    // pbkrtest 0.5.2 leaves the weights out of the residuals' covariance matrix; applied to the multiplied rows it agrees.
    const table = datasets.orthodont()
    const numbers = (name: string) => {
      const column = table.columns.get(name)!
      return column.kind === "numeric" ? column.values : new Float64Array(table.rows)
    }
    const subjects = table.columns.get("Subject")!
    const labels = subjects.kind === "text" ? subjects.values.map(String) : []
    const w = Float64Array.from({ length: table.rows }, (_, i) => 0.4 + ((i * 7) % 11) / 4)
    const weighted = reml("distance ~ I(age - 11) * Sex + (I(age - 11) | Subject)", table, { weights: w })
    const s = w.map(Math.sqrt)
    const male = labels.map((label) => Number(label.startsWith("M")))
    const x1 = s.map((root, i) => root * (numbers("age")[i]! - 11))
    const rows = {
      y: s.map((root, i) => root * numbers("distance")[i]!),
      ...{ x0: s, x1, Subject: labels },
      x2: s.map((root, i) => root * male[i]!),
      x3: x1.map((value, i) => value * male[i]!),
    }
    const plain = reml("y ~ 0 + x0 + x1 + x2 + x3 + (0 + x0 + x1 | Subject)", rows)
    for (let j = 0; j < 4; j++) {
      const contrast = [Float64Array.from({ length: 4 }, (_, k) => Number(k === j))]
      const expected = plain.testContrast(contrast, { ddf: "kr" })
      const found = weighted.testContrast(contrast, { ddf: "kr" })
      expect(found.F / expected.F).toBeCloseTo(1, 6)
      expect(found.ddf! / expected.ddf!).toBeCloseTo(1, 5)
    }
  })
})
