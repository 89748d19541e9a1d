/**
 * The zoo: small models that between them use every prior, pair and sampler, every structure of random effects, and
 * the boundary cases that break sums, scales and indices.
 */
import { drawNormal } from "../../src/random/normal.ts"
import { streamFor } from "../../src/random/stream.ts"
import { type HierarchicalModel, type LmmOptions, lmm } from "../../src/samplers/model.ts"

export interface Specimen {
  readonly name: string
  readonly formula: string
  readonly priors?: readonly string[]
  readonly options?: Omit<LmmOptions, "priors">
  /** Rows of each column; the standard table when absent. */
  readonly data?: Readonly<Record<string, readonly (number | string)[]>>
}

/** 36 rows: `g` (4 levels) crossed with `h` (3), `c` (2) nested in `g`, predictors `x`, `z`, `year`, factor `s`; `w` is positive. */
export function standardTable(rows = 36, name = "standard"): Record<string, (number | string)[]> {
  const rng = streamFor(name, 0, "zoo")
  const index = Array.from({ length: rows }, (_, i) => i)
  const g = index.map((i) => `g${i % 4}`)
  const h = index.map((i) => `h${Math.floor(i / 4) % 3}`)
  const c = index.map((i) => `c${Math.floor(i / 4) % 2}`)
  const x = index.map(() => drawNormal(rng))
  const z = index.map(() => drawNormal(rng))
  const year = index.map((i) => 1965 + ((7 * i) % 11))
  const s = index.map((i) => ["a", "b", "d"][(i * 5) % 3]!)
  const o = index.map(() => 0.3 * drawNormal(rng))
  const effect = index.map((i) => 0.8 * Math.sin(1 + (i % 4)) + 0.5 * Math.cos(Math.floor(i / 4) % 3))
  const y = index.map((i) => 2 + 0.7 * x[i]! - 0.4 * z[i]! + effect[i]! + 0.6 * drawNormal(rng))
  const w = index.map((i) => 0.5 + ((3 * i) % 7) / 4)
  return { y, x, z, year, g, h, c, s, o, w }
}

const IG = ["var(g) ~ inverseGamma(2, 0.7)", "var(residual) ~ inverseGamma(3, 1.1)"]
const RESIDUAL = "var(residual) ~ inverseGamma(3, 1.1)"

/** Twelve groups of one row each beside one that has many: the smallest groups there can be. */
function lonelyGroups(): Record<string, (number | string)[]> {
  const table = standardTable(20, "lonely")
  return { ...table, g: table.y!.map((_, i) => (i < 12 ? `only${i}` : "many")) }
}

function rescaled(factor: number): Record<string, (number | string)[]> {
  const table = standardTable(36, "rescaled")
  return { ...table, y: table.y!.map((value) => Number(value) * factor) }
}

/** Group means a thousand residual sds apart: sums of squares that all but cancel. */
function farApart(): Record<string, (number | string)[]> {
  const table = standardTable(36, "far apart")
  return { ...table, y: table.y!.map((value, i) => Number(value) + 600 * Math.sin(i % 4)) }
}

export const ZOO: readonly Specimen[] = [
  { name: "one-way, defaults (half-t)", formula: "y ~ 1 + (1 | g)" },
  {
    name: "one-way, inverse-gamma and normal",
    formula: "y ~ 1 + (1 | g)",
    priors: [...IG, "Intercept ~ normal(0, 2)"],
  },
  {
    name: "one-way, half-Cauchy",
    formula: "y ~ 1 + (1 | g)",
    priors: ["sd(g) ~ halfCauchy(1.5)", "sd(residual) ~ halfCauchy(2)"],
  },
  {
    name: "one-way, inverseWishart on one term",
    formula: "y ~ 1 + (1 | g)",
    priors: ["cov(g) ~ inverseWishart(3, 0.5)", RESIDUAL],
  },
  {
    name: "coefficients flat, normal and fixed",
    formula: "y ~ x + z + s + (1 | g)",
    priors: [...IG, "b[x] ~ normal(0.5, var = 0.3)", "b[z] ~ fixed(-0.4)"],
  },
  {
    name: "no intercept, offset",
    formula: "y ~ 0 + x + offset(o) + (1 | g)",
    priors: [...IG, "b ~ normal(0, 3)"],
  },
  { name: "effects alone", formula: "y ~ 0 + (1 | g)", priors: IG },
  { name: "known intercept", formula: "y ~ 1 + x + (1 | g)", priors: [...IG, "Intercept ~ fixed(2)"] },
  {
    name: "known residual",
    formula: "y ~ x + (1 | g)",
    priors: ["sd(residual) ~ fixed(0.6)", "var(g) ~ inverseGamma(2, 1)"],
  },
  { name: "known group spread", formula: "y ~ x + (1 | g)", priors: ["var(g) ~ fixed(0.5)", RESIDUAL] },
  {
    name: "all spreads known",
    formula: "y ~ x + (x | g) + (1 | h)",
    priors: ["cov(g) ~ fixed([[1, 0.2], [0.2, 0.5]])", "sd(h) ~ fixed(0.7)", "sd(residual) ~ fixed(0.6)"],
  },
  { name: "slope alone", formula: "y ~ x + (0 + x | g)", priors: ["sd(g, x) ~ halfT(4, 1)"] },
  {
    name: "independent terms",
    formula: "y ~ x + (x || g)",
    priors: ["sd(g) ~ halfT(3, 2)", "var(g, x) ~ inverseGamma(2, 0.5)"],
  },
  { name: "slopes, huangWand by default", formula: "y ~ x + (x | g)" },
  {
    name: "slopes, huangWand of two scales",
    formula: "y ~ x + (x | g)",
    priors: ["cov(g) ~ huangWand(2, [1.5, 0.4])"],
  },
  {
    name: "slopes, inverseWishart number",
    formula: "y ~ x + (x | g)",
    priors: ["cov(g) ~ inverseWishart(4, 0.5)", RESIDUAL],
  },
  {
    name: "slopes, inverseWishart diagonal",
    formula: "y ~ x + (x | g)",
    priors: ["cov(g) ~ inverseWishart(3.5, [0.5, 0.2])", RESIDUAL],
  },
  {
    name: "slopes, inverseWishart rows",
    formula: "y ~ x + (x | g)",
    priors: ["cov(g) ~ inverseWishart(4, [[0.5, 0.1], [0.1, 0.3]])", RESIDUAL],
  },
  { name: "three terms, huangWand", formula: "y ~ x + z + (x + z | g)" },
  {
    name: "three terms, inverseWishart rows",
    formula: "y ~ x + z + (x + z | g)",
    priors: ["cov(g) ~ inverseWishart(5, [[1, 0.2, 0], [0.2, 0.8, -0.1], [0, -0.1, 0.6]])"],
  },
  {
    name: "nested",
    formula: "y ~ 1 + (1 | g/c)",
    priors: ["sd(c:g) ~ halfT(3, 1)", "var(g) ~ inverseGamma(2, 1)"],
  },
  { name: "crossed", formula: "y ~ x + (1 | g) + (1 | h)", priors: [...IG, "sd(h) ~ halfCauchy(1)"] },
  { name: "crossed with slopes", formula: "y ~ x + z + (x | g) + (z | h)" },
  {
    name: "two terms of one factor",
    formula: "y ~ x + z + (1 | g) + (0 + x + z | g)",
    priors: ["sd(g) ~ halfT(3, 1)"],
  },
  { name: "factor slopes", formula: "y ~ s + (0 + s | g)" },
  { name: "sum contrasts", formula: "y ~ s * x + (1 | h)", options: { contrasts: "sum" } },
  {
    name: "prior weights",
    formula: "y ~ x + (x | g) + (1 | h)",
    options: { weights: "w" },
    priors: ["var(h) ~ inverseGamma(2, 0.7)", RESIDUAL],
  },
  { name: "known standard errors", formula: "y ~ x + (1 | g)", options: { se: "w" } },
  { name: "one observation a group", formula: "y ~ x + (1 | g)", data: lonelyGroups(), priors: IG },
  { name: "groups far apart", formula: "y ~ x + (1 | g)", data: farApart() },
  { name: "uncentred predictor", formula: "y ~ year + (1 | g)" },
  { name: "uncentred slopes", formula: "y ~ year + (year | g)" },
  { name: "tiny scale", formula: "y ~ x + (1 | g)", data: rescaled(1e-6) },
  { name: "huge scale", formula: "y ~ x + (x | g)", data: rescaled(1e8) },
  {
    name: "slice: exponential and uniform",
    formula: "y ~ 1 + (1 | g)",
    priors: ["sd(g) ~ exponential(0.7)", "sd(residual) ~ uniform(0, 3)"],
  },
  {
    name: "slice: halfNormal sd and halfT variance",
    formula: "y ~ 1 + (1 | g)",
    priors: ["sd(g) ~ halfNormal(1)", "var(residual) ~ halfT(4, 2)"],
  },
  {
    name: "slice: bounded coefficients",
    formula: "y ~ x + z + (1 | g)",
    priors: ["b[x] ~ uniform(0, 1)", "b[z] ~ halfNormal(1)", "Intercept ~ exponential(0.5)"],
  },
]

/** The model of a specimen. */
export function modelOf(specimen: Specimen): HierarchicalModel {
  const { formula, data = standardTable(), options = {}, priors = [] } = specimen
  return lmm(formula, data, { ...options, priors })
}
