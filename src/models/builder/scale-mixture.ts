/** Huang and Wand's prior as a Wishart whose scale matrix is drawn, for programs without it. */
import type { BugsStatement } from "../bugs/ast.ts"
import type { Blueprint, Definition } from "./build.ts"
import type { BuilderSpec } from "./calls.ts"
import { gamma, wishart } from "./distributions.ts"
import { call, indexOf, nameExpr, numberExpr, type Operand, toExpr, type Value } from "./value.ts"

/** A precision matrix whose scale matrix is computed, and from what. */
export interface ScaleMixture {
  /** The variable that is drawn. */
  readonly of: string
  readonly mixing: readonly Value[]
  readonly df: number
}

/**
 * The precision matrix is Wishart with df + q − 1 degrees of freedom and the inverse scale `2 df diag(a)`, a_k ~ Gamma(1/2, 1/A_k²): the
 * inverses are the mixing variables of A. Huang and M. P. Wand (2013), Bayesian Analysis 8, equation (2).
 * @param name of the mixing variables
 * @returns the prior with the identity in place of the matrix, which `withMixtures` puts there
 */
export function mixScales(
  to: Definition,
  name: (k: number) => string,
  of: string,
  df: number,
  scales: readonly number[],
): { readonly mixture: ScaleMixture; readonly prior: BuilderSpec } {
  const mixing = scales.map((scale, k) => to.param(name(k), gamma(0.5, call("/", 1, call("^", scale, 2)))))
  const identity = scales.map((_, r) => scales.map((_, c) => (r === c ? 1 : 0)))
  return { mixture: { of, mixing, df }, prior: wishart(df + scales.length - 1, identity) }
}

/** Computes the scale matrices of the mixtures, which stood as constants. */
export function withMixtures(blueprint: Blueprint, mixtures: readonly ScaleMixture[]): Blueprint {
  const constants = new Map(blueprint.constants)
  const computed = mixtures.flatMap(({ of, mixing, df }) => {
    const prior = blueprint.stated.find(({ statement }) => statement.target.name === of)?.statement
    const [scale] = prior?.kind === "stochastic" ? prior.args : []
    const matrix = scale?.kind === "variable" ? scale.name : ""
    constants.delete(matrix)
    return mixing.flatMap((_, r) =>
      mixing.map((a, c) => entry(matrix, r, c, r === c ? call("*", 2 * df, a) : 0)),
    )
  })
  const stated = computed.map((statement) => ({ plate: null, statement }))
  return { ...blueprint, stated: [...blueprint.stated, ...stated], constants }
}

function entry(
  matrix: string,
  r: number,
  c: number,
  value: Operand,
): Extract<BugsStatement, { kind: "deterministic" }> {
  const target = nameExpr(matrix, [indexOf(numberExpr(r + 1)), indexOf(numberExpr(c + 1))])
  return { kind: "deterministic", target, link: null, value: toExpr(value), span: target.span }
}
