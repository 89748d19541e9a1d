/** What `explain` says of models of relations in LaTeX and MathML: read from the text, so that neither can say otherwise. */
import { readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { BugsExpr } from "../../../src/models/bugs/ast.ts"
import { printExpr } from "../../../src/models/bugs/print.ts"
import type { MathNode } from "../../../src/models/typeset/math-tree.ts"
import { parseMath } from "../../../src/models/typeset/parse-math.ts"
import { isSentence, typesetFormula } from "../../../src/models/typeset/typeset.ts"
import { checkMathml } from "../../../src/report/mathml.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { deriveRelations } from "../../../src/samplers/relations/derive-relations.ts"
import type { RelationPlan } from "../../../src/samplers/relations/plan-relations.ts"
import { latexDefect } from "../../kit/check-latex.ts"
import { xmlDefect } from "../../kit/check-xml.ts"
import { RELATION_ZOO } from "../../kit/relation-zoo.ts"

describe("typesetFormula", () => {
  it.each([
    ["sigma.c <- 1 / sqrt(tau.alpha)", "\\sigma_{\\text{c}} = \\frac{1}{\\sqrt{\\tau_{\\alpha}}}"],
    [
      "y[i, 1:2] ~ dmnorm(mu[g[i], ], Omega[, ])",
      "y_{i, 1{:}2} \\sim \\operatorname{MultivariateNormal}\\left(\\text{mean} = \\mu_{g[i],  \\cdot },\\; \\text{precision} = \\Omega\\right)",
    ],
    [
      "b ~ dnorm(0, 2) T(0, )",
      "b \\sim \\operatorname{Normal}\\left(\\text{mean} = 0,\\; \\text{precision} = 2\\right) \\, \\text{ T}\\left(0, \\infty\\right)",
    ],
    ["logit(p[i]) <- x2[i] - -beta0", "\\operatorname{logit}\\left(p_{i}\\right) = x_{2, i} + \\beta_{0}"],
    ["ok <- x >= 2 && !(y == 1)", "\\text{ok} = x \\ge 2 \\land  \\lnot \\left(y = 1\\right)"],
    ["B = 2 + sum_{i': z[i'] = i} c[i']^2 / 2", "B = 2 + \\sum_{i':\\, z[i'] = i} \\frac{c_{i'}^{2}}{2}"],
    [
      "c = max(9, max_i y[i] / w[i]), 0 < x < 9",
      "c = \\operatorname{max}\\left(9, \\max_{i} \\frac{y_{i}}{w_{i}}\\right), 0 < x < 9",
    ],
    [
      "p(s2[j] | rest) ∝ p(s2[j]) × prod_{i: g[i] = j} p(y[i] | s2[j], …)",
      "\\text{p}\\left(s_{2, j} \\mid \\text{rest}\\right) \\propto \\text{p}\\left(s_{2, j}\\right) \\, \\prod_{i:\\, g[i] = j} \\text{p}\\left(y_{i} \\mid s_{2, j},  \\ldots \\right)",
    ],
    [
      "tau^(-2 * (A) - 1) exp(-(B) / tau^2)",
      "\\tau^{-2 \\, A - 1} \\, \\exp\\left(-\\frac{B}{\\tau^{2}}\\right)",
    ],
    [
      "(x^2)^3 + pow(x, 2)^3 - (a - b)",
      "\\left(x^{2}\\right)^{3} + \\left(x^{2}\\right)^{3} - \\left(a - b\\right)",
    ],
    ["(y - m)' inverse(S) (y - m)", "\\left(y - m\\right)^{\\top} \\, S^{-1} \\, \\left(y - m\\right)"],
    ["sum_x - 3", "\\text{sum\\_x} - 3"],
    ["A, x.new[i] given their parents", "A, x_{\\text{new}, i}\\text{ given their parents}"],
  ])("%s", (text, latex) => {
    expect(typesetFormula(text, "latex")).toBe(latex)
    expect(xmlDefect(typesetFormula(text, "mathml")!)).toBeNull()
  })

  it("sets indices below the line in MathML", () => {
    const mathml = typesetFormula("theta[i]^2 / n", "mathml")!
    expect(mathml.replace(/<mspace[^>]*>/g, "")).toBe(
      "<mfrac><mrow><msup><mrow><msub><mi>θ</mi><mrow><mi>i</mi></mrow></msub></mrow><mrow><mn>2</mn></mrow></msup></mrow><mrow><mi>n</mi></mrow></mfrac>",
    )
  })

  it("tells sentences from formulas, and gives up on what is neither", () => {
    expect(isSentence("(a, beta): density ∝ the factors of the joint density that hang on them")).toBe(true)
    expect(isSentence("x ~ Normal(mean = 0, variance = 1), within its interval")).toBe(false)
    for (const text of ["x + ", "f(x", "x ? y", "x y) z", "2 3:"])
      expect(typesetFormula(text, "latex")).toBeNull()
  })
})

describe("every formula of every example and conjugate pair", () => {
  it.each(specimens())("$name", ({ plans, relations }) => {
    const texts = new Set(relations)
    for (const plan of plans) {
      for (const { formula } of plan.blocks) texts.add(formula)
      for (const { steps } of deriveRelations(plan))
        for (const step of steps) for (const formula of step.formulas) texts.add(formula)
    }
    expect(texts.size).toBeGreaterThan(2)
    for (const text of texts) {
      const latex = typesetFormula(text, "latex")
      const mathml = typesetFormula(text, "mathml")
      expect(latexDefect(latex!), text).toBeNull()
      expect(xmlDefect(mathml!), text).toBeNull()
      expect(checkMathml(`<math display="block">${mathml}</math>`), text).not.toBeNull()
      expect(`${latex}${mathml}`).not.toMatch(/undefined|NaN|\[object|null/)
    }
  })
})

it("reads expressions as the BUGS language does", () => {
  const leaf = fc
    .integer({ min: 1, max: 9 })
    .map((value): BugsExpr => ({ kind: "number", value, span: SPAN }))
  const { tree } = fc.letrec<{ tree: BugsExpr }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc
        .tuple(fc.constantFrom("+", "-", "*", "/", "^", "<", "min"), tie("tree"), tie("tree"))
        .map(([name, a, b]): BugsExpr => ({ kind: "call", name, args: [a, b], span: SPAN })),
      fc
        .tuple(fc.constantFrom("-", "sin"), tie("tree"))
        .map(([name, a]): BugsExpr => ({ kind: "call", name, args: [a], span: SPAN })),
    ),
  }))
  fc.assert(
    fc.property(tree, (e) => {
      const [part] = parseMath(printExpr(e))
      expect(part?.kind === "math" ? evaluate(part.node) : null).toEqual(evaluateBugs(e))
    }),
    { seed: 7, numRuns: 300 },
  )
})

const SPAN = { start: 0, end: 0 }
const FUNCTIONS: Readonly<Record<string, (...x: number[]) => number>> = {
  "+": (a, b) => a! + b!,
  "-": (a, b) => (b === undefined ? -a! : a! - b),
  "*": (a, b) => a! * b!,
  "/": (a, b) => a! / b!,
  "^": (a, b) => a! ** b!,
  "<": (a, b) => Number(a! < b!),
  min: Math.min,
  sin: Math.sin,
}

const evaluateBugs = (e: BugsExpr): number =>
  e.kind === "number"
    ? e.value
    : e.kind === "call"
      ? FUNCTIONS[e.name]!(...e.args.map(evaluateBugs))
      : Number.NaN

function evaluate(e: MathNode): number {
  switch (e.kind) {
    case "number":
      return e.value
    case "group":
      return evaluate(e.items[0]!)
    case "prefix":
      return FUNCTIONS[e.sign]!(evaluate(e.inside))
    case "binary":
      return FUNCTIONS[e.sign]!(evaluate(e.left), evaluate(e.right))
    case "product":
      return e.factors.map(evaluate).reduce((a, b) => a * b)
    case "call":
      return FUNCTIONS[e.name]!(...e.args.map(({ value }) => evaluate(value!)))
    default:
      throw new Error(e.kind)
  }
}

interface Specimen {
  readonly name: string
  readonly plans: readonly RelationPlan[]
  readonly relations: readonly string[]
}

function specimens(): Specimen[] {
  const folder = path.resolve(import.meta.dirname, "../../../examples/bugs")
  const examples = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return []
    const read = (file: string): string => readFileSync(path.join(folder, entry.name, file), "utf8")
    const model = bugs(read("model.bug"), JSON.parse(read("data.json")))
    return [{ name: entry.name, model, methods: ["auto", "blocked", "gibbs"] as const }]
  })
  const pairs = RELATION_ZOO.map(({ name, text, data, target, sampler }) => ({
    ...{ name, model: bugs(text, data), methods: ["gibbs"] as const },
    samplers: { [target]: sampler },
  }))
  return [...examples, ...pairs].map(({ name, model, methods, ...chosen }) => ({
    name,
    plans: methods.map((method) => model.plan({ method, ...chosen })),
    relations: model.graph.relations.map(({ text }) => text),
  }))
}
