/** What the plan of a model of relations says of its full conditionals, and what is derived. */
import { describe, expect, it } from "vitest"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import { printDerivations } from "../../../src/samplers/derive.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { conjugateSite } from "../../../src/samplers/relations/conjugate-site.ts"
import { deriveRelations } from "../../../src/samplers/relations/derive-relations.ts"
import { modelOf } from "../../kit/relation-identity.ts"

const data = {
  N: 4,
  y: [1.2, 0.7, 2.9, 1.6],
  w: [0.5, 2, 1.5, 0.8],
  g: [1, 2, 2, 1],
  n: [3, 4, 5, 6],
  c: [1, 2, 3, 4],
}

function formulaOf(text: string, target: string, sampler = "conjugate", more = {}): string {
  const { blocks } = bugs(text, { ...data, ...more }).plan({ samplers: { [target]: sampler } })
  return blocks.find(({ targets }) => targets.some((head) => head.startsWith(target)))!.formula
}

describe("formulas of full conditionals", () => {
  it.each([
    [
      "model { for (i in 1:N) { y[i] ~ dnorm(a + b, tau) } tau ~ dgamma(s + 1, 2); a ~ dnorm(0, 1); b ~ dnorm(0, 1); s ~ dexp(1) }",
      "tau",
      "tau ~ Gamma(shape = (s + 1) + 4 / 2, rate = 2 + sum_i (y[i] - (a + b))^2 / 2)",
    ],
    [
      "model { for (i in 1:N) { y[i] ~ dnorm(0, tau[g[i]] / w[i]) } for (k in 1:2) { tau[k] ~ dgamma(1, k) } }",
      "tau",
      "tau[k] ~ Gamma(shape = 1 + 2 / 2, rate = k + sum_{i: g[i] = k} 1 / w[i] * (y[i] - 0)^2 / 2)",
    ],
    [
      "model { for (k in 1:2) { for (i in 1:2) { c2[k, i] ~ dpois(lambda[k] * t[i]) } lambda[k] ~ dgamma(2, 3) } }",
      "lambda",
      "lambda[k] ~ Gamma(shape = 2 + sum_i c2[k, i], rate = 3 + sum_i t[i])",
    ],
    [
      "model { for (i in 1:N) { c[i] ~ dbin(p[z[i]], n[i]); z[i] ~ dcat(q[]) } for (i in 1:2) { p[i] ~ dbeta(1, 2) } q[1] <- 0.4; q[2] <- 0.6 }",
      "p",
      "p[i] ~ Beta(alpha = 1 + sum_{i': z[i'] = i} c[i'], beta = 2 + sum_{i': z[i'] = i} (n[i'] - c[i']))",
    ],
    [
      "model { for (i in 1:N) { y[i] ~ dnorm(0, tau) } tau <- pow(sigma, -2); sigma ~ dunif(0, 9) }",
      "sigma",
      "1 / sigma^2 ~ Gamma(shape = -0.5 + 4 / 2, rate = sum_i (y[i] - 0)^2 / 2), 0 < sigma < 9",
    ],
    [
      "model { for (i in 1:N) { y[i] ~ dunif(0, w[i] * x) } x ~ dpar(1.5, 9) }",
      "x",
      "x ~ Pareto(alpha = 1.5 + 4, c = max(9, max_i y[i] / w[i]))",
    ],
    [
      "model { for (i in 1:N) { v[i, 1:2] ~ dmnorm.vcov(m[], S[,]) } S[1:2, 1:2] <- w[1] * inverse(O[,]); O[1:2, 1:2] ~ dwish(R[,], 3); m[1] <- 0; m[2] <- 0 }",
      "O",
      "O[1:2, 1:2] ~ Wishart(df = 3 + 4, R = R[, ] + sum_i (1 / w[1]) * (v[i, 1:2] - m[]) (v[i, 1:2] - m[])')",
    ],
  ])("%s", (text, target, formula) => {
    const more = {
      c2: [
        [1, 2],
        [3, 4],
      ],
      t: [1.5, 2],
      v: [
        [1, 2],
        [2, 1],
        [0, 1],
        [1, 0],
      ],
      R: [
        [1, 0],
        [0, 1],
      ],
    }
    expect(formulaOf(text, target, "conjugate", more)).toBe(formula)
  })

  it("counts what is observed and what is drawn of one statement together", () => {
    const text = "model { for (i in 1:N) { u[i] ~ dexp(x) } x ~ dgamma(2, 3); v ~ dnorm(u[2], 1) }"
    expect(formulaOf(text, "x", "conjugate", { u: [1, Number.NaN, 2, 3], v: 1 })).toBe(
      "x ~ Gamma(shape = 2 + 4, rate = 3 + sum_i u[i])",
    )
  })

  it("of a truncated normal: slope and rest of the mean taken apart, deterministic nodes followed", () => {
    const text =
      "model { for (i in 1:N) { y[i] ~ dnorm(mu[i], tau); mu[i] <- a + w[i] * (b - 1) } b ~ dnorm(0.5, 2) T(0, ); a ~ dnorm(0, 1); tau ~ dgamma(1, 1) }"
    expect(formulaOf(text, "b", "normal")).toBe(
      "b ~ Normal(mean = (2 * 0.5 + sum_i tau * w[i] * (y[i] - (a + -1 * w[i]))) / (2 + sum_i tau * w[i]^2), variance = 1 / (2 + sum_i tau * w[i]^2)), 0 < b",
    )
  })

  it("refuses what is of no family, and says why", () => {
    const refusalOf = (text: string, target: string): string => {
      const model = modelOf(bugs(text, data).graph)
      const relation = model.graph.relations.findIndex((one) => one.text.startsWith(`${target} ~`))
      const found = conjugateSite.match(model, { relation, instances: Int32Array.of(0) })
      return isRefusal(found) ? found.reason : ""
    }
    const observed = "for (i in 1:N) { y[i] ~ "
    expect(refusalOf(`model { ${observed}dnorm(0, x) } x ~ dlnorm(0, 1) }`, "x")).toContain("dlnorm prior")
    expect(refusalOf(`model { ${observed}dnorm(0, x + 1) } x ~ dgamma(1, 1) }`, "x")).toContain(
      "precision of y",
    )
    expect(refusalOf(`model { ${observed}dexp(x) T(, 9) } x ~ dgamma(1, 1) }`, "x")).toContain("truncated")
    expect(refusalOf(`model { ${observed}dgamma(2, 1 / x) } x ~ dunif(0, 9) }`, "x")).toContain("proper")
    expect(
      refusalOf(
        `model { ${observed}dnorm(0, x[1] + x[2]) } for (k in 1:2) { x[k] ~ dgamma(1, 1) } }`,
        "x[k]",
      ),
    ).toContain("no multiple")
    expect(refusalOf(`model { ${observed}dnorm(0, x) } x ~ dt(1, 1, 3) T(0, ) }`, "x")).toContain("dt prior")
  })
})

describe("derivations", () => {
  it("go from the factors of the joint density to the full conditional", () => {
    const { plan } = bugs(
      "model { for (i in 1:N) { y[i] ~ dnorm(0, 1 / s2[g[i]]) } for (j in 1:2) { s2[j] ~ dinvgamma(1, b) } b <- 2 }",
      data,
    )
    expect(printDerivations(deriveRelations(plan()))).toBe(
      `s2[j]
=====
1. The factors of the joint density that contain s2[j]:
     p(s2[j] | rest) ∝ p(s2[j]) × prod_{i: g[i] = j} p(y[i] | s2[j], …)
2. Each as a function of s2[j], without the factors that do not change with it:
     p(s2[j]) ∝ s2[j]^(-(1 + 1)) exp(-b / s2[j])
     prod_{i: g[i] = j} p(y[i] | s2[j], …) ∝ prod_{i: g[i] = j} s2[j]^(-(1/2)) exp(-((y[i] - 0)^2 / 2) / s2[j])
3. Multiplied together, with like powers of s2[j] collected:
     p(s2[j] | rest) ∝ s2[j]^(-(A + 1)) exp(-B / s2[j])
     A = 1 + 2 / 2
     B = b + sum_{i: g[i] = j} (y[i] - 0)^2 / 2
4. This is the kernel of a known density:
     s2[j] ~ InverseGamma(shape = 1 + 2 / 2, scale = b + sum_{i: g[i] = j} (y[i] - 0)^2 / 2)`,
    )
  })

  it("cover every block of a plan", () => {
    const { plan } = bugs(
      "model { for (i in 1:N) { y[i] ~ dnorm(a + b * w[i], tau) } a ~ dnorm(0, 1); b ~ dnorm(0, 1) T(0, ); tau ~ dgamma(1, 1); s <- 1 / sqrt(tau) }",
      data,
    )
    const made = plan({ samplers: { a: "normal", b: "normal" } })
    const derivations = deriveRelations(made)
    expect(derivations.map(({ target }) => target)).toEqual(
      ["tau", "a", "b", "s"].sort((x, y) => order(x) - order(y)),
    )
    expect(derivations.every(({ steps }) => steps.length > 0)).toBe(true)
    function order(name: string): number {
      return made.blocks.findIndex(({ targets }) => targets.includes(name))
    }
  })
})
