/** Priors of a formula's model as the builder and BUGS say them. */
import { lookupDistribution } from "../../distributions/registry.ts"
import { columnOf, type DistributionCall, type ModelGraph } from "../graph.ts"
import type { BuilderSpec } from "./calls.ts"
import { numberOf } from "./constant-parameters.ts"
import { normal } from "./distributions.ts"

/** The builder's call of a prior, whose parameters are numbers. */
export function priorOf({ family, parameters }: DistributionCall): BuilderSpec {
  // A variance is often the square of an sd; its last digits are rounding.
  if (family === "normal")
    return normal(numberOf(parameters.mean), {
      variance: Number(numberOf(parameters.variance).toPrecision(15)),
    })
  const positional = lookupDistribution(family).parameters.map(({ name }) => numberOf(parameters[name]))
  return { family, positional, named: {} }
}

/**
 * Precision of a normal that is flat for what the data say of a coefficient: its sd is a power of ten, a million times the size
 * of the response over that of what the coefficient multiplies, or more.
 */
export function farWider(graph: ModelGraph, id: string): number {
  const response = graph.nodes.find((node) => node.observed !== null)!
  const { mean } = response.distribution.parameters
  const terms = mean!.op === "add" ? mean!.terms : [mean!]
  const own = terms.find(
    (t) => t.op === "multiply" && t.factors.some((f) => f.op === "state" && f.node === id),
  )
  const column = own?.op === "multiply" ? own.factors.find((f) => f.op === "column") : undefined
  const size = column?.op === "column" ? rootMeanSquare(columnOf(graph, column.column).values) : 1
  const ratio = rootMeanSquare(columnOf(graph, response.observed!).values) / size
  return Number(`1e${-2 * Math.ceil(Math.log10(1e6 * ratio))}`)
}

const rootMeanSquare = (values: Float64Array): number =>
  Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)
