/** A formula's model in the terms of the builder: what `toBugs` prints, and what the three front ends have in common. */
import { InternalError } from "../../core/errors.ts"
import { type ArrayInput, toArrays } from "../array-input.ts"
import type { ArrayValue } from "../array-value.ts"
import { openNames } from "../bugs/legal-names.ts"
import { type Expr, element, multiply, number } from "../expression.ts"
import { latentNodes, type ModelGraph, type StochasticNode } from "../graph.ts"
import { type Blueprint, type Definition, drawBlueprint, loopVariable } from "./build.ts"
import type { BuilderSpec } from "./calls.ts"
import { invertRows, listOf, numberOf, rowsOf } from "./constant-parameters.ts"
import { gamma, multivariateNormal, normal, scaledWishart, wishart } from "./distributions.ts"
import { farWider, priorOf } from "./graph-prior.ts"
import {
  type InputSpec,
  index,
  inverse,
  type MatrixValue,
  PlateValue,
  scalar,
  VectorValue,
  vector,
} from "./inputs.ts"
import { mixScales, type ScaleMixture, withMixtures } from "./scale-mixture.ts"
import { call, indexOf, nameExpr, type Operand, type PlateRef, sqrt, Value } from "./value.ts"

/**
 * `gibbsite` says every prior exactly. `jags` says what JAGS has and bears: a normal far wider than the data say for a flat prior,
 * and the mixture that Huang and Wand's prior is, as `dscaled.wishart` of JAGS 4.3.1 crashes.
 */
export type BugsDialect = "jags" | "gibbsite"

export interface GraphBlueprint {
  readonly blueprint: Blueprint
  /** Columns, codes from 1, sizes and constant matrices. */
  readonly data: ReadonlyMap<string, ArrayValue>
  /** By plate: what its size is called in the data. */
  readonly sizes: ReadonlyMap<string, string>
  /** By name of the public interface (`b[x]`, `sd[g,x]`, …) or of a node (`u[g]`): the variable, or its element. */
  readonly names: ReadonlyMap<string, string>
}

/**
 * States a graph that a formula made by distributions that BUGS and JAGS have: precisions for variances, `dwish` for an
 * inverse Wishart. Sds and correlations are computed where the graph does not have them.
 */
export function blueprintOfGraph(graph: ModelGraph, dialect: BugsDialect): GraphBlueprint {
  const book = openNames(graph.plates.map((_, k) => loopVariable(k)))
  const inputs: Record<string, InputSpec> = {}
  const given: Record<string, ArrayInput> = {}
  const plates = new Map(
    graph.plates.map(({ id }, k): [string, PlateRef] => [id, { name: id, index: loopVariable(k) }]),
  )
  const columns = new Map<string, PlateValue>()
  for (const { id, plate, values } of graph.columns) {
    const name = book.take(id)
    columns.set(id, new PlateValue(name, plates.get(plate)!))
    inputs[name] = vector(plate)
    given[name] = values
  }
  const maps = new Map<string, Value>()
  for (const { id, from, codes } of graph.maps) {
    const name = book.take(id)
    const rows = plates.get(from)!
    maps.set(id, new Value(rows, nameExpr(name, [indexOf(nameExpr(rows.index))])))
    inputs[name] = index(from, { of: id })
    given[name] = codes.map((code) => code + 1)
  }
  const sizes = new Map<string, string>()
  for (const { id, sizeSymbol, size } of graph.plates) {
    const name = book.take(sizeSymbol)
    sizes.set(id, name)
    inputs[name] = scalar()
    given[name] = size
  }
  const names = new Map<string, string>()
  const mixtures: ScaleMixture[] = []
  const drawn = drawBlueprint(inputs, (definition) =>
    new Statement(graph, definition, {
      dialect,
      plates,
      columns,
      maps,
      names,
      mixtures,
      take: book.take,
    }).state(),
  )
  const blueprint = withMixtures(drawn, mixtures)
  return { blueprint, data: new Map([...toArrays(given), ...blueprint.constants]), sizes, names }
}

interface Surroundings {
  readonly dialect: BugsDialect
  readonly plates: ReadonlyMap<string, PlateRef>
  readonly columns: ReadonlyMap<string, PlateValue>
  readonly maps: ReadonlyMap<string, Value>
  readonly names: Map<string, string>
  readonly mixtures: ScaleMixture[]
  readonly take: (name: string) => string
}

class Statement {
  private readonly graph: ModelGraph
  private readonly to: Definition
  private readonly around: Surroundings
  /** Sds, variances and coefficients by node. */
  private readonly scalars = new Map<string, Operand>()
  private readonly precisions = new Map<string, Value>()
  private readonly matrices = new Map<
    string,
    { readonly precision: MatrixValue; readonly covariance: MatrixValue }
  >()
  private readonly effects = new Map<string, PlateValue | VectorValue>()

  constructor(graph: ModelGraph, to: Definition, around: Surroundings) {
    this.graph = graph
    this.to = to
    this.around = around
  }

  /** Parents first, as the builder wants it. */
  state(): void {
    const latent = latentNodes(this.graph)
    for (const node of latent) {
      if (node.shape.kind === "matrix") this.covariance(node)
      else if (node.plate === null) this.scalar(node)
    }
    for (const node of latent) if (node.plate !== null) this.effect(node)
    for (const node of this.graph.nodes) if (node.observed !== null) this.response(node, node.observed)
    for (const { name, family, value, constant } of this.graph.quantities) {
      if (constant || this.around.names.has(name) || (family !== "sd" && family !== "cor")) continue
      const computed = this.to.define(this.name(name), this.convert(value))
      this.scalars.set(name, computed)
    }
  }

  /** A legal name, remembered as what the quantity or node is called. */
  private name(of: string): string {
    const name = this.around.take(of)
    this.around.names.set(of, name)
    return name
  }

  private scalar(node: StochasticNode): void {
    const { id, distribution } = node
    const { family, parameters } = distribution
    const isSpread = /^(?:sd|var)\[/.test(id)
    const precision = id.replace(/^(?:sd|var)/, "tau")
    if (family === "inverseGamma") {
      const tau = this.to.param(
        this.around.take(precision),
        gamma(numberOf(parameters.shape), numberOf(parameters.scale)),
      )
      this.precisions.set(id, tau)
      this.scalars.set(id, call("/", 1, tau))
      return
    }
    const value = this.to.param(this.name(id), this.priorOf(node))
    this.scalars.set(id, value)
    if (!isSpread) return
    const variance = id.startsWith("sd[") ? value.power(2) : value
    this.precisions.set(id, this.to.define(this.around.take(precision), call("/", 1, variance)))
  }

  private covariance({ id, shape, distribution: { family, parameters } }: StochasticNode): void {
    const df = numberOf(parameters.df)
    const variable = this.around.take(id.replace(/^cov/, "Omega"))
    let prior: BuilderSpec
    if (family !== "huangWand") prior = wishart(df, rowsOf(parameters.scale))
    else {
      const scales = listOf(parameters.scale)
      if (this.around.dialect === "gibbsite") prior = scaledWishart(df, scales)
      else {
        const { terms } = shape.kind === "matrix" ? shape : { terms: [] }
        const mixing = (k: number) => this.around.take(`${id.replace(/^cov/, "a")},${terms[k]}`)
        const mixed = mixScales(this.to, mixing, variable, df, scales)
        this.around.mixtures.push(mixed.mixture)
        prior = mixed.prior
      }
    }
    const precision = this.to.matrixParam(variable, prior)
    const name = this.around.take(id.replace(/^cov/, "Sigma"))
    this.around.names.set(id, name)
    this.matrices.set(id, { precision, covariance: this.to.define(name, inverse(precision)) })
  }

  private effect({ id, plate, shape, distribution: { parameters } }: StochasticNode): void {
    const over = this.around.plates.get(plate!)!
    if (shape.kind === "scalar") {
      const precision = this.precisionOf(parameters.variance!)
      this.effects.set(id, this.to.param(this.name(id), normal(0, { precision }), { over }))
      return
    }
    const zeros = shape.kind === "vector" ? shape.terms.map(() => 0) : []
    const { covariance } = parameters
    const drawn = covariance?.op === "state" ? this.matrices.get(covariance.node)?.precision : undefined
    const precision = drawn ?? invertRows(rowsOf(covariance))
    const of = multivariateNormal(zeros, { precision })
    this.effects.set(id, this.to.vectorParam(this.name(id), of, { over }))
  }

  private response({ distribution: { parameters } }: StochasticNode, observed: string): void {
    const mean = this.to.define(this.around.take("mu"), this.convert(parameters.mean!))
    this.to.observe(
      this.around.columns.get(observed)!,
      normal(mean, { precision: this.precisionOf(parameters.variance!) }),
    )
  }

  /** One over a variance. */
  private precisionOf(variance: Expr): Operand {
    if (variance.op === "divide")
      return call("*", this.convert(variance.right), this.precisionOf(variance.left))
    const spread = variance.op === "power" ? variance.base : variance
    const known = spread.op === "state" ? this.precisions.get(spread.node) : undefined
    return known ?? call("/", 1, this.convert(variance))
  }

  private convert(e: Expr): Operand {
    switch (e.op) {
      case "number":
        return e.value
      case "column":
        return this.around.columns.get(e.column)!
      case "state":
        return this.stateOf(e)
      case "add": {
        // A vector of effects has its summands side by side with the others.
        const [first, ...rest] = e.terms.flatMap(summandsOf)
        return rest.reduce<Operand>((sum, term) => this.plus(sum, term), this.convert(first!))
      }
      case "multiply":
        return e.factors.map((factor) => this.convert(factor)).reduce((a, b) => call("*", a, b))
      case "divide":
        return call("/", this.convert(e.left), this.convert(e.right))
      case "power":
        return call("^", this.convert(e.base), e.exponent)
      case "call":
        return e.name === "sqrt" ? sqrt(this.convert(e.arg)) : call(e.name, this.convert(e.arg))
      case "dot":
        if (e.left.op !== "vector") break
        return this.convert({ op: "add", terms: [e] })
      case "element": {
        if (e.arg.op !== "state") break
        const matrix = this.matrices.get(e.arg.node)
        if (matrix !== undefined) return matrix.covariance.element(e.row + 1, (e.column ?? 0) + 1)
        const effect = this.effects.get(e.arg.node)
        if (effect instanceof VectorValue && e.arg.at?.kind === "gather")
          return effect.at(this.around.maps.get(e.arg.at.map)!).element(e.row + 1)
      }
    }
    throw new InternalError(`an expression "${e.op}" where a formula makes none`)
  }

  /** A sum, with the minus sign of what is negative. */
  private plus(sum: Operand, term: Expr): Operand {
    const [first, ...rest] = term.op === "multiply" ? term.factors : [term]
    if (first?.op !== "number" || first.value >= 0) return call("+", sum, this.convert(term))
    return call("-", sum, this.convert(multiply(number(-first.value), ...rest)))
  }

  private stateOf({ node, at }: Extract<Expr, { op: "state" }>): Operand {
    const effect = this.effects.get(node)
    if (effect instanceof PlateValue && at?.kind === "gather") return effect.at(this.around.maps.get(at.map)!)
    const value = this.scalars.get(node)
    if (value === undefined) throw new InternalError(`"${node}" is read before it is stated`)
    return value
  }

  private priorOf({ id, distribution }: StochasticNode): BuilderSpec {
    if (distribution.family !== "flat" || this.around.dialect === "gibbsite") return priorOf(distribution)
    return normal(0, { precision: farWider(this.graph, id) })
  }
}

/** `x'u` by elements, everything else as it is. */
function summandsOf(e: Expr): readonly Expr[] {
  if (e.op !== "dot" || e.left.op !== "vector") return [e]
  return e.left.elements.map((factor, k) => multiply(element(e.right, k), factor))
}
