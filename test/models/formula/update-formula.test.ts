import { describe, expect, it } from "vitest"
import { isFormulaChange, updateFormula } from "../../../src/models/formula/update-formula.ts"
import { messageOf } from "../../data/error-of.ts"
import oracle from "../../oracle/subset-update.json" with { type: "json" }

describe("updateFormula", () => {
  it.each(oracle.updates)("$formula by $change, as R updates it", ({ formula, change, updated }) => {
    expect(updateFormula(formula, change)).toBe(updated)
  })

  it.each([
    ["y ~ a + diag(1 + a | g)", ". ~ . - diag(1 + a | g) + cs(1 + a | g)", "y ~ a + cs(1 + a | g)"],
    ["y ~ 1 | g", "~ . + x", "y ~ (1 | g) + x"],
    // Where R leaves the offset in.
    ["y ~ a + offset(z)", ". ~ . - offset(z)", "y ~ a"],
  ])("%s by %s", (formula, change, updated) => {
    expect(updateFormula(formula, change)).toBe(updated)
  })

  it("spells a dot of the old formula out in the columns of the data", () => {
    expect(updateFormula("y ~ . + (1 | g)", ". ~ . - b", ["y", "a", "b", "c", "g"])).toBe(
      "y ~ a + c + (1 | g)",
    )
    expect(updateFormula("log(y) ~ 0 + .", ". ~ . + a:b", ["y", "a", "b"])).toBe("log(y) ~ a + b + a:b - 1")
    expect(messageOf(() => updateFormula("y ~ . + (1 | g)", ". ~ . - b"))).toBe(
      '"." stands for columns of data that are not known here',
    )
  })

  it("refuses products with random terms and offsets, and texts that do not parse", () => {
    expect(messageOf(() => updateFormula("y ~ a + b + (1 | g)", ". ~ .^2"))).toBe(
      "(1 | g) cannot be part of a product",
    )
    expect(messageOf(() => updateFormula("y ~ a + offset(z)", ". ~ .:b"))).toBe(
      "offset(z) cannot be part of a product",
    )
    expect(messageOf(() => updateFormula("y ~ a", ". - a"))).toBe(
      'expected "~", found the end of the formula',
    )
  })

  it("knows a change by its left side", () => {
    const changes = [". ~ . - x", "~ . - x", " ~x"].map(isFormulaChange)
    expect([...changes, isFormulaChange("y ~ . - x")]).toEqual([true, true, true, false])
  })
})
