/** Priors of the covariance of terms that vary together: their arguments as a df and a scale matrix. */
import { lookupDistribution, validateParameters } from "../../distributions/registry.ts"
import { cholesky } from "../../math/small-dense.ts"
import { checkAllowed, inPriorOf } from "./check-prior.ts"
import { type PriorArgument, type PriorSpec, type PriorTarget, priorError } from "./priors.ts"

export interface CovariancePrior {
  readonly on: "cov"
  readonly family: "inverseWishart" | "huangWand" | "fixed"
  /** 0 for `fixed`. */
  readonly df: number
  /** Row-major q × q scale matrix; for `huangWand` the diagonal holds the half-t scale of each sd. */
  readonly scale: readonly number[]
}

/** @throws ModelError for a distribution that is none of a covariance, and arguments that make no q × q matrix */
export function covariancePrior(prior: PriorSpec, target: PriorTarget, q: number): CovariancePrior {
  checkAllowed(prior, target, "cov")
  const family = prior.family as CovariancePrior["family"]
  const names = family === "fixed" ? ["value"] : ["df", "scale"]
  const given = [
    ...prior.positional.map((value, i) => [names[i], value] as const),
    ...Object.entries(prior.named),
  ]
  const byName = new Map(given)
  if (given.length !== names.length || names.some((name) => !byName.has(name))) {
    const form = `${family}(${names.join(", ")})`
    const found = prior.positional.length + Object.keys(prior.named).length
    const message = `expected ${form}, found ${found} argument${found === 1 ? "" : "s"}`
    throw priorError(prior, target, message, `write ${form}`)
  }
  const df = family === "fixed" ? 0 : byName.get("df")!
  const scale = asMatrix(byName.get(names.at(-1)!)!, q, prior, target)
  if (typeof df !== "number")
    throw priorError(prior, target, "df must be a number", "the list belongs to the scale")
  if (family === "huangWand" && !isDiagonal(scale, q)) {
    throw priorError(
      prior,
      target,
      "the scales of the sds are a number or a list, found rows with correlations",
      `give ${q} scales: huangWand(df, [a, b, …])`,
    )
  }
  if (family === "fixed" && !cholesky(Float64Array.from(scale), 0, q)) {
    throw priorError(
      prior,
      target,
      "the value must be positive definite",
      "give a positive number, a positive diagonal, or the rows of a covariance matrix",
    )
  }
  const distribution = lookupDistribution(family)
  if (distribution.kind === "matrix") {
    const parameters = family === "huangWand" ? diagonalOf(scale, q) : scale
    inPriorOf(target, () => validateParameters(distribution, [df, ...parameters], q))
  }
  return { on: "cov", family, df, scale }
}

const isDiagonal = (scale: readonly number[], q: number): boolean =>
  scale.every((value, at) => value === 0 || at % (q + 1) === 0)

const diagonalOf = (scale: readonly number[], q: number): number[] =>
  Array.from({ length: q }, (_, i) => scale[i * q + i]!)

/** A number times the identity, a diagonal, or rows, as a row-major symmetric matrix. */
function asMatrix(value: PriorArgument, q: number, prior: PriorSpec, target: PriorTarget): number[] {
  const entry = (i: number, j: number): number | undefined => {
    if (typeof value === "number") return i === j ? value : 0
    const row = value[i]
    if (typeof row === "number") return i === j ? row : 0
    return row?.length === q ? row[j] : undefined
  }
  const matrix: number[] = []
  for (let i = 0; i < q; i++) {
    for (let j = 0; j < q; j++) {
      const here = entry(i, j)
      if (here === undefined || (typeof value !== "number" && value.length !== q)) {
        const remedy = "give a number, a diagonal or all rows"
        throw priorError(prior, target, `the matrix must be ${q} × ${q}`, remedy)
      }
      if (here !== entry(j, i)) {
        const message = `the matrix must be symmetric, rows ${Math.min(i, j) + 1} and ${Math.max(i, j) + 1} contradict each other`
        throw priorError(prior, target, message, "give the same number on both sides of the diagonal")
      }
      matrix.push(here)
    }
  }
  return matrix
}
