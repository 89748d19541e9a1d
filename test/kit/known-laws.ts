/**
 * What is known exactly of parameters and data that come from the joint distribution of a model: a quantity with a
 * prior of its own has that prior's cdf; effects and residuals divided by their spread are standard normal.
 */
import erfc from "@stdlib/math-base-special-erfc"
import { halfT } from "../../src/distributions/half-t.ts"
import { inverseGamma } from "../../src/distributions/inverse-gamma.ts"
import { lookupDistribution } from "../../src/distributions/registry.ts"
import type { Expr } from "../../src/models/expression.ts"
import { columnOf, plateOf, type StochasticNode } from "../../src/models/graph.ts"
import type { Plan } from "../../src/samplers/plan.ts"
import { asNumber, evaluate, type Place } from "./evaluate-expression.ts"
import { parametersOf } from "./log-joint.ts"

export interface Law {
  readonly name: string
  readonly cdf: (x: number) => number
  /** Standard normal: its moments are known, too. */
  readonly isStandard: boolean
  /** The independent values that one draw of parameters and data gives. */
  readonly read: (state: Float64Array) => readonly number[]
}

const standardCdf = (x: number): number => 0.5 * erfc(-x / Math.SQRT2)

/** @param plan its graph's own columns hold the data at the time of reading */
export function lawsOf(plan: Plan): Law[] {
  const { graph, layout, model } = plan
  const place = (state: Float64Array, variables: Place["variables"] = {}): Place => ({
    graph,
    layout,
    state,
    variables,
  })
  const quantity = (name: string): Expr => graph.quantities.find((q) => q.name === name)!.value
  const read = (e: Expr) => (state: Float64Array) => [asNumber(evaluate(e, place(state)))]

  const stated = model.nodes.flatMap((node): Law[] => {
    if (node.observed !== null || node.plate !== null) return []
    const distribution = lookupDistribution(node.distribution.family)
    const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
    const parameters = parametersOf(distribution, node, place(new Float64Array(0)), q)
    if (distribution.kind === "scalar") {
      const cdf = (x: number) => distribution.cdf(x, parameters)
      return [{ name: node.id, cdf, isStandard: false, read: read(quantity(node.id)) }]
    }
    return diagonalLaws(node, parameters).map(({ name, cdf }) => ({
      name,
      cdf,
      isStandard: false,
      read: read(quantity(name)),
    }))
  })

  const standardised = graph.nodes.flatMap((node): Law[] => {
    if (node.plate === null) return []
    const { index, size } = plateOf(graph, node.plate)
    const members = Array.from({ length: size }, (_, m) => m)
    return [
      {
        name: `${node.id}, standardised`,
        cdf: standardCdf,
        isStandard: true,
        read: (state) => members.flatMap((m) => standardise(node, place(state, { [index]: m }), m)),
      },
    ]
  })
  return [...stated, ...standardised]
}

/** Laws of the variances (inverse-Wishart) or sds (Huang–Wand) of a covariance matrix. */
function diagonalLaws(node: StochasticNode, parameters: readonly number[]) {
  const terms = node.shape.kind === "scalar" ? [] : node.shape.terms
  const q = terms.length
  const label = node.id.slice("cov[".length, -1)
  return terms.map((term, k) => {
    const [df] = parameters
    if (node.distribution.family === "huangWand") {
      return { name: `sd[${label},${term}]`, cdf: (x: number) => halfT.cdf(x, [df!, parameters[1 + k]!]) }
    }
    // The k-th variance of an inverse-Wishart: InverseGamma((df − q + 1) / 2, S_kk / 2).
    const shape = (df! - q + 1) / 2
    const scale = parameters[1 + k * (q + 1)]! / 2
    return { name: `var[${label},${term}]`, cdf: (x: number) => inverseGamma.cdf(x, [shape, scale]) }
  })
}

/** `L⁻¹ (value − mean)`, covariance L L', of one member. */
function standardise(node: StochasticNode, place: Place, m: number): number[] {
  const { mean, variance, covariance } = node.distribution.parameters
  if (covariance === undefined) {
    const value =
      node.observed === null
        ? place.state[place.layout.slots[node.id]!.offset + m]!
        : columnOf(place.graph, node.observed).values[m]!
    return [(value - asNumber(evaluate(mean!, place))) / Math.sqrt(asNumber(evaluate(variance!, place)))]
  }
  const { offset, q } = place.layout.slots[node.id]!
  const distribution = lookupDistribution(node.distribution.family)
  const parameters = parametersOf(distribution, node, place, q)
  const factor: number[][] = []
  const z: number[] = []
  for (let i = 0; i < q; i++) {
    const row: number[] = []
    for (let j = 0; j <= i; j++) {
      let value = parameters[q + i * q + j]!
      for (let k = 0; k < j; k++) value -= row[k]! * (factor[j]?.[k] ?? row[k]!)
      row.push(j === i ? Math.sqrt(value) : value / factor[j]![j]!)
    }
    factor.push(row)
    let deviation = place.state[offset + q * m + i]! - parameters[i]!
    for (let k = 0; k < i; k++) deviation -= row[k]! * z[k]!
    z.push(deviation / row[i]!)
  }
  return z
}
