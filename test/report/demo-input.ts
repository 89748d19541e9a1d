import { summarise } from "../../src/diagnostics/summarise.ts"
import { judge } from "../../src/diagnostics/verdict.ts"
import type { ReportInput } from "../../src/report/report-input.ts"
import { type DemoParameter, demoSource, pulpParameters, pulpShrinkage } from "../plots/demo-chains.ts"

const math = (body: string) =>
  `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>${body}</mrow></math>`

/** Twenty values that look like those of the pulp data. */
const brightness = (k: number) =>
  Float64Array.from({ length: 20 }, (_, i) => 60.4 + 0.4 * Math.sin(12.9898 * (i + 31 * k + 1)))

/** The report of the one-way model of the pulp data, with made-up draws. */
export function demoInput(parameters: readonly DemoParameter[] = pulpParameters, draws = 1000): ReportInput {
  const source = demoSource(parameters, { draws })
  const summary = summarise(source.names.map((name) => ({ name, chains: source.chains(name) })))
  return {
    title: "Pulp brightness by operator",
    formula: "bright ~ 1 + (1 | operator)",
    model: [
      "for i in 1..20",
      "  bright[i] ~ normal(mean = b[(Intercept)] + u[operator[i]], sd = sd[residual])",
      "for j in 1..4 (operator)",
      "  u[j] ~ normal(mean = 0, sd = sd[operator,(Intercept)])",
      "b[(Intercept)] ~ flat()",
      "sd[operator,(Intercept)] ~ halfT(df = 3, scale = 0.63)",
      "sd[residual] ~ halfT(df = 3, scale = 0.63)",
    ],
    graph: {
      plates: [
        { id: "rows", label: "rows, N = 20" },
        { id: "operator", label: "operator, J = 4" },
      ],
      nodes: [
        { id: "y", letter: "bright", subscript: null, plate: "rows", observed: true },
        { id: "u", letter: "u", subscript: "operator", plate: "operator", observed: false },
        { id: "b", letter: "b", subscript: "0", plate: null, observed: false },
        { id: "t", letter: "σ", subscript: "operator", plate: null, observed: false },
        { id: "s", letter: "σ", subscript: "residual", plate: null, observed: false },
      ],
      edges: [
        { from: "b", to: "y" },
        { from: "u", to: "y" },
        { from: "s", to: "y" },
        { from: "t", to: "u" },
      ],
    },
    checks: {
      replicates: [
        { observed: brightness(0), sets: Array.from({ length: 40 }, (_, k) => brightness(k + 1)) },
      ],
      loo: {
        elpd: -8.41,
        elpdSe: 2.9,
        effectiveParameters: 3.4,
        paretoK: Float64Array.from({ length: 20 }, (_, i) => (i === 7 ? 0.81 : 0.02 * i)),
        paretoKLimit: 0.7,
      },
      remarks: [],
    },
    priors: [
      { target: "Intercept", prior: "flat()", chosenBy: "default" },
      { target: "sd(operator)", prior: "halfT(df = 3, scale = 0.63)", chosenBy: "user" },
      { target: "sd(residual)", prior: "halfT(df = 3, scale = 0.63)", chosenBy: "default" },
    ],
    conditionals: [
      {
        targets: ["b[(Intercept)]"],
        sampler: "normal-normal",
        text: "b[(Intercept)] ~ Normal(mean = sum_i (bright_i - u_operator[i]) / 20, variance = s2 / 20)",
        mathml: math(
          '<mi>b</mi><mo>∣</mo><mo>⋯</mo><mo>∼</mo><mi>Normal</mi><mo>(</mo><mfrac><mrow><munder><mo>∑</mo><mi>i</mi></munder><mo stretchy="false">(</mo><msub><mi>y</mi><mi>i</mi></msub><mo>−</mo><msub><mi>u</mi><mrow><mi>g</mi><mo stretchy="false">[</mo><mi>i</mi><mo stretchy="false">]</mo></mrow></msub><mo stretchy="false">)</mo></mrow><mn>20</mn></mfrac><mo>,</mo><mfrac><msup><mi>σ</mi><mn>2</mn></msup><mn>20</mn></mfrac><mo>)</mo>',
        ),
        latex:
          "b \\mid \\cdot \\sim \\mathrm{Normal}\\left(\\frac{\\sum_i (y_i - u_{g[i]})}{20}, \\frac{\\sigma^2}{20}\\right)",
        because: ["prior flat", "20 normal children", "mean affine in b[(Intercept)], coefficient 1"],
        refused: [{ sampler: "slice", reason: "an exact full conditional exists" }],
      },
      {
        targets: ["u[operator]"],
        sampler: "normal-normal",
        text: "u[j] ~ Normal(mean = (sum_{i in j} (bright_i - b) / s2) / (5 / s2 + 1 / t2), variance = 1 / (5 / s2 + 1 / t2))",
        because: ["prior normal", "5 normal children each"],
        refused: [],
      },
      {
        targets: ["sd[residual]"],
        sampler: "inverse-gamma mixture",
        text: "s2 ~ InverseGamma(shape = (3 + 20) / 2, scale = 3 / a + sum_i (bright_i - b - u_operator[i])^2 / 2)",
        because: ["half-t prior as a mixture of inverse gammas", "20 normal children"],
        refused: [{ sampler: "slice", reason: "an exact full conditional exists" }],
      },
    ],
    summary,
    verdict: judge(summary, { chains: 4, draws: 1000 }),
    comparison: [
      {
        name: "b[(Intercept)]",
        posteriorMean: 60.3987,
        posteriorSd: 0.2113,
        q5: 60.05,
        q95: 60.74,
        reml: 60.4,
        remlSe: 0.1494434,
        differenceInSds: -0.006,
      },
      {
        name: "sd[operator,(Intercept)]",
        posteriorMean: 0.3641,
        posteriorSd: 0.1873,
        q5: 0.1021,
        q95: 0.7312,
        reml: 0.2609286,
        remlSe: null,
        differenceInSds: 0.551,
      },
      {
        name: "sd[residual]",
        posteriorMean: 0.3398,
        posteriorSd: 0.0612,
        q5: 0.2571,
        q95: 0.4531,
        reml: 0.3259601,
        remlSe: null,
        differenceInSds: 0.226,
      },
    ],
    shrinkage: pulpShrinkage,
    plots: { source, defaults: [] },
    sampling: {
      chains: 4,
      draws: 1000,
      warmup: 1000,
      thin: 1,
      seed: "pulp",
      seconds: 0.3142,
      cancelled: false,
      method: "gibbs",
    },
    data: { name: "@pulp", nobs: 20, dropped: 0, groups: { operator: 4 } },
    reproduce: {
      command:
        'gibbsite fit "bright ~ 1 + (1 | operator)" @pulp --prior "sd(operator) ~ halfT(3, 0.63)" --seed pulp',
      version: "0.1.0",
      node: "20.20.2",
      dataHash: "sha256-2f1e0c1b7cf0a1d3b9e7c5a8d4f6e2b1",
    },
    warnings: [],
  }
}
