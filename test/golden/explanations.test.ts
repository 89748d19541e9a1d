/** What a reader is shown, stored: a change of a formula, a reason or a derivation is a change of these files. */
import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { derivePlan, printDerivations } from "../../src/samplers/derive.ts"
import { explainPlan } from "../../src/samplers/explain.ts"
import { type HierarchicalModel, lmm } from "../../src/samplers/model.ts"
import { latexDefect, unbalanced } from "../kit/check-latex.ts"
import { xmlDefect } from "../kit/check-xml.ts"
import { modelOf, standardTable, ZOO } from "../kit/zoo.ts"

const MODELS: readonly { readonly name: string; readonly model: () => HierarchicalModel }[] = [
  {
    name: "eck",
    model: () =>
      lmm("y ~ 1 + (1 | g)", datasets.eck(), {
        priors: [
          "Intercept ~ normal(0, var = 0.5)",
          "var(g) ~ inverseGamma(2, 100)",
          "var(residual) ~ inverseGamma(2, 100)",
        ],
      }),
  },
  { name: "radon", model: () => lmm("log_radon ~ floor + (floor | county)", datasets.radon()) },
  {
    name: "penicillin",
    model: () =>
      lmm("diameter ~ 1 + (1 | plate) + (1 | sample)", datasets.penicillin(), {
        priors: ["sd(sample) ~ exponential(1)"],
      }),
  },
]

describe.each(MODELS)("$name", ({ name, model }) => {
  const plan = model().plan("gibbs")

  it("explanation", async () => {
    await expect(`${plan.explain()}\n`).toMatchFileSnapshot(`${name}.explanation.txt`)
  })

  it("explanation in LaTeX", async () => {
    await expect(`${plan.explain("latex")}\n`).toMatchFileSnapshot(`${name}.explanation.tex.txt`)
  })

  it("derivation", async () => {
    await expect(`${printDerivations(derivePlan(plan))}\n`).toMatchFileSnapshot(`${name}.derivation.txt`)
  })

  it("derivation in LaTeX", async () => {
    await expect(`${printDerivations(derivePlan(plan, "latex"))}\n`).toMatchFileSnapshot(
      `${name}.derivation.tex.txt`,
    )
  })
})

/** Names that a table may have and that XML, LaTeX and code would read otherwise. */
const awkward = () => {
  const table = standardTable()
  return lmm('`a_b%$#&{~^}` ~ 1 + `x<y>` + (1 | `g "&" h`)', {
    ...table,
    "a_b%$#&{~^}": table.y!,
    "x<y>": table.x!,
    'g "&" h': table.g!,
  })
}

describe.each([
  ...ZOO.map((specimen) => ({ name: specimen.name, model: () => modelOf(specimen) })),
  { name: "awkward names", model: awkward },
])("every style of $name", ({ model }) => {
  it.each(["text", "latex", "mathml"] as const)("%s", (style) => {
    for (const method of ["gibbs", "auto"] as const) {
      const plan = model().plan(method)
      const explained = explainPlan(plan, style)
      const formulas = [
        ...explained.model.map(({ text }) => text),
        ...explained.blocks.map(({ formula }) => formula),
        ...derivePlan(plan, style).flatMap(({ steps }) => steps.flatMap((step) => step.formulas)),
      ]
      expect(formulas.length).toBeGreaterThan(5)
      for (const formula of formulas) {
        expect(formula).not.toMatch(/undefined|NaN|\[object|null/)
        expect(formula.trim()).not.toBe("")
        if (style === "mathml") {
          expect(xmlDefect(formula), formula).toBeNull()
          expect(formula).not.toContain("<mo>⊤</mo></msup></mrow><mo>⊤</mo>")
        }
        if (style === "latex") expect(latexDefect(formula), formula).toBeNull()
        if (style === "text") expect(unbalanced(formula, "()")).toBe(0)
      }
    }
  })
})

it("the checks of well-formedness can fail", () => {
  expect(xmlDefect("<mrow><mi>x</mi></mrow>")).toBeNull()
  expect(xmlDefect("<mrow><mi>x</mrow></mi>")).not.toBeNull()
  expect(xmlDefect("<mrow><mi>x</mi>")).not.toBeNull()
  expect(xmlDefect("<mi>a < b</mi>")).not.toBeNull()
  expect(xmlDefect("<mi>a & b</mi>")).not.toBeNull()
  expect(latexDefect("\\left(x")).not.toBeNull()
  expect(latexDefect("x_{a")).not.toBeNull()
  expect(latexDefect("a & b")).not.toBeNull()
})
