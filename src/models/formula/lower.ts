/** Lowers design matrices and priors to the model graph. */
import { ModelError } from "../../core/errors.ts"
import { lookupDistribution } from "../../distributions/registry.ts"
import {
  add,
  column,
  diagonal,
  divide,
  dot,
  type Expr,
  element,
  gather,
  index,
  matrix,
  multiply,
  nodesIn,
  number,
  power,
  sqrt,
  state,
  vector,
} from "../expression.ts"
import {
  type DistributionCall,
  type EffectQuantities,
  freezeGraph,
  type IndexMap,
  type MathSymbol,
  type ModelGraph,
  type Plate,
  type Quantity,
  type Shape,
  type StochasticNode,
} from "../graph.ts"
import type { Design, RandomDesign } from "./design.ts"
import type { ResolvedPriors, ScalarPrior, SpreadPrior } from "./resolve-priors.ts"

const ROWS = "rows"

/**
 * The graph of `y[i] ~ Normal(offset + X b + Σ Z u, residual variance)` with the priors in force. A coefficient or
 * spread whose prior is `fixed(value)` becomes that number.
 */
export function lowerDesign(design: Design, priors: ResolvedPriors): ModelGraph {
  const builder = new GraphBuilder(design)
  const terms: Expr[] = []
  if (design.offset !== null) terms.push(builder.dataColumn("offset", design.offset))

  design.fixed.names.forEach((name, j) => {
    const value = builder.scalarNode(
      `b[${name}]`,
      symbol("b", name === "(Intercept)" ? "0" : name),
      priors.coefficients[j]!,
    )
    builder.quantity(`b[${name}]`, "b", value)
    terms.push(multiply(value, builder.dataColumn(name, design.fixed.columns[j]!)))
  })

  const spreads = design.random.map((term, k) => builder.randomTerm(term, priors.random[k]!, terms))
  const residual = builder.spread("residual", null, "residual", priors.residual)
  for (const report of spreads) report()
  // With known standard errors there is no residual sd to report.
  if (design.residualScale?.kind !== "se") builder.spreadQuantities("residual", residual)

  builder.node({
    id: design.response.name,
    symbol: symbol(design.response.name),
    plate: ROWS,
    shape: { kind: "scalar" },
    distribution: {
      family: "normal",
      parameters: { mean: add(...terms), variance: builder.rowVariance(residual) },
    },
    observed: builder.responseColumn(),
  })
  return builder.finish()
}

class GraphBuilder {
  private readonly plates: Plate[]
  private readonly maps: IndexMap[] = []
  private readonly columns: { id: string; plate: string; values: Float64Array }[] = []
  private readonly nodes: StochasticNode[] = []
  private readonly quantities: Quantity[] = []
  private readonly effects: EffectQuantities[] = []
  private readonly design: Design
  private ones: Float64Array | null = null

  constructor(design: Design) {
    this.design = design
    const { reducedFrom } = design
    const standing = reducedFrom === undefined ? {} : { standsFor: reducedFrom.rows }
    this.plates = [{ id: ROWS, index: "i", sizeSymbol: "N", size: design.nobs, labels: null, ...standing }]
  }

  node(node: StochasticNode): void {
    this.nodes.push(node)
  }

  quantity(name: string, family: string, value: Expr): void {
    this.quantities.push({ name, family, value, constant: nodesIn(value).size === 0 })
  }

  /** The column at row i; a column of ones is the number one, so that an intercept prints as itself. */
  dataColumn(name: string, values: Float64Array): Expr {
    if (this.isOnes(values)) return number(1)
    let id = name
    let known = this.columns.find((c) => c.id === id)
    while (known !== undefined && !sameValues(known.values, values)) {
      id += "'"
      known = this.columns.find((c) => c.id === id)
    }
    if (known === undefined) this.columns.push({ id, plate: ROWS, values })
    return column(id, index("i"))
  }

  /** The residual variance at row i. */
  rowVariance(residual: Expr): Expr {
    const { residualScale } = this.design
    if (residualScale === undefined) return residual
    const known = this.dataColumn(residualScale.name, residualScale.values)
    return residualScale.kind === "se" ? power(known, 2) : divide(residual, known)
  }

  /** Remembers the intercept's column, which terms share. */
  private isOnes(values: Float64Array): boolean {
    if (values === this.ones) return true
    for (let i = 0; i < values.length; i++) if (values[i] !== 1) return false
    this.ones = values
    return true
  }

  responseColumn(): string {
    const id = this.design.response.name
    const name = this.columns.some((c) => c.id === id) ? `${id} (response)` : id
    this.columns.push({ id: name, plate: ROWS, values: this.design.response.values })
    return name
  }

  /** A node with its prior, or the number it is fixed at. */
  scalarNode(id: string, mathSymbol: MathSymbol, prior: ScalarPrior): Expr {
    if (prior.family === "fixed") return number(prior.parameters[0]!)
    this.node({
      id,
      symbol: mathSymbol,
      plate: null,
      shape: { kind: "scalar" },
      distribution: priorCall(prior),
      observed: null,
    })
    return state(id)
  }

  /**
   * The spread of one term: nodes for what the prior is stated on.
   * @returns the variance (scalar term) or covariance matrix (vector term) as an expression
   */
  spread(group: string, terms: readonly string[] | null, label: string, prior: SpreadPrior): Expr {
    if (prior.on !== "cov") {
      return prior.on === "var"
        ? this.scalarNode(`var[${label}]`, symbol("σ", group, true), prior)
        : power(this.scalarNode(`sd[${label}]`, symbol("σ", group), prior), 2)
    }
    const q = terms!.length
    if (prior.family === "fixed") return matrix(q, prior.scale)
    const id = `cov[${label}]`
    this.node({
      id,
      symbol: symbol("Σ", group),
      plate: null,
      shape: { kind: "matrix", terms: terms! },
      distribution: covarianceCall(prior, q),
      observed: null,
    })
    return state(id)
  }

  /** Adds one bar: plate, map, spread, effects and its part of the linear predictor. Returns what reports its spread. */
  randomTerm(term: RandomDesign, prior: SpreadPrior, predictor: Expr[]): () => void {
    const plate = this.plateFor(term)
    const alone = this.design.random.filter((other) => other.group === term.group).length === 1
    const joined = term.terms.join("+")
    if (term.structure === "identity") return this.sharedTerm(term, prior, predictor, alone, plate)
    const scalar = term.terms.length === 1
    const label = scalar ? `${term.group},${term.terms[0]}` : alone ? term.group : `${term.group},${joined}`
    const spread = this.spread(alone ? term.group : `${term.group}, ${joined}`, term.terms, label, prior)
    const id = alone ? `u[${term.group}]` : `u[${term.group},${joined}]`
    const shape: Shape = scalar ? { kind: "scalar" } : { kind: "vector", terms: term.terms }
    this.node({
      id,
      symbol: symbol("u", alone ? term.group : `${term.group}, ${joined}`),
      plate: plate.id,
      shape,
      distribution: scalar
        ? { family: "normal", parameters: { mean: number(0), variance: spread } }
        : { family: "multivariateNormal", parameters: { mean: number(0), covariance: spread } },
      observed: null,
    })
    this.effects.push({ node: id, group: term.group, terms: term.terms, levels: term.levels })
    const columns = term.terms.map((name, t) => this.dataColumn(name, term.columns[t]!))
    const effect = state(id, gather(plate.id, "i"))
    predictor.push(scalar ? multiply(effect, columns[0]!) : dot(vector(columns), effect))
    return () => this.spreadQuantities(term.group, spread, term.terms)
  }

  /** Independent effects of one variance: a node for each coefficient, all of them children of one spread. */
  private sharedTerm(
    term: RandomDesign,
    prior: SpreadPrior,
    predictor: Expr[],
    alone: boolean,
    plate: Plate,
  ): () => void {
    const joined = `${term.group},${term.terms.join("+")}`
    const spread = this.spread(alone ? term.group : joined, null, joined, prior)
    term.terms.forEach((name, t) => {
      const id = `u[${term.group},${name}]`
      this.node({
        id,
        symbol: symbol("u", `${term.group}, ${name}`),
        plate: plate.id,
        shape: { kind: "scalar" },
        distribution: { family: "normal", parameters: { mean: number(0), variance: spread } },
        observed: null,
      })
      const column = term.columns[t]!
      this.effects.push({ node: id, group: term.group, terms: [name], levels: term.levels })
      predictor.push(multiply(state(id, gather(plate.id, "i")), this.dataColumn(name, column)))
    })
    return () => {
      for (const name of term.terms) this.spreadQuantities(term.group, spread, [name])
    }
  }

  spreadQuantities(group: string, spread: Expr, terms: readonly string[] = []): void {
    const name = (...of: string[]) => [group, ...of].join(",")
    if (terms.length < 2) {
      this.quantity(`sd[${name(...terms)}]`, "sd", spread.op === "power" ? spread.base : sqrt(spread))
      this.quantity(`var[${name(...terms)}]`, "var", spread)
      return
    }
    const entry = (r: number, c: number) => element(spread, r, c)
    terms.forEach((t, r) => {
      this.quantity(`sd[${name(t)}]`, "sd", sqrt(entry(r, r)))
      this.quantity(`var[${name(t)}]`, "var", entry(r, r))
    })
    for (let c = 1; c < terms.length; c++) {
      for (let r = 0; r < c; r++) {
        const both = name(terms[r]!, terms[c]!)
        this.quantity(`cov[${both}]`, "cov", entry(r, c))
        this.quantity(`cor[${both}]`, "cor", divide(entry(r, c), sqrt(multiply(entry(r, r), entry(c, c)))))
      }
    }
  }

  finish(): ModelGraph {
    // The order of a lecture: the data first, then effects, coefficients and spreads.
    const data = this.nodes.filter((node) => node.observed !== null)
    const effects = this.nodes.filter((node) => node.observed === null && node.plate !== null)
    const rest = this.nodes.filter((node) => node.observed === null && node.plate === null)
    const order = ["b", "sd", "var", "cov", "cor"]
    this.quantities.sort((a, b) => order.indexOf(a.family) - order.indexOf(b.family))
    return freezeGraph({
      plates: this.plates,
      maps: this.maps,
      columns: this.columns,
      nodes: [...data, ...effects, ...rest],
      quantities: this.quantities,
      effects: this.effects,
    })
  }

  private plateFor(term: RandomDesign): Plate {
    const known = this.plates.find((plate) => plate.id === term.group)
    if (known !== undefined) return known
    const letters = "jklmnopqrst"
    const k = this.plates.length - 1
    const letter = k < letters.length ? letters[k]! : `j${k}`
    const plate = {
      id: term.group,
      index: letter,
      sizeSymbol: letter.toUpperCase(),
      size: term.levels.length,
      labels: term.levels,
    }
    this.plates.push(plate)
    this.maps.push({ id: term.group, from: ROWS, to: term.group, codes: term.codes })
    return plate
  }
}

function sameValues(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** The distribution call of a scalar prior, its parameters under their canonical names. */
function priorCall(prior: ScalarPrior): DistributionCall {
  const names = lookupDistribution(prior.family).parameters.map((parameter) => parameter.name)
  const entries = names.map((name, i) => [name, number(prior.parameters[i]!)] as const)
  return { family: prior.family, parameters: Object.fromEntries(entries) }
}

function covarianceCall(prior: Extract<SpreadPrior, { on: "cov" }>, q: number): DistributionCall {
  const { family, df, scale } = prior
  if (family === "huangWand") {
    const scales = Array.from({ length: q }, (_, t) => number(scale[t * q + t]!))
    return { family, parameters: { df: number(df), scale: vector(scales) } }
  }
  const isDiagonal = scale.every((value, i) => value === 0 || i % (q + 1) === 0)
  const diagonalEntries = Array.from({ length: q }, (_, t) => number(scale[t * q + t]!))
  return {
    family,
    parameters: { df: number(df), scale: isDiagonal ? diagonal(diagonalEntries) : matrix(q, scale) },
  }
}

const symbol = (letter: string, subscript: string | null = null, squared = false): MathSymbol => ({
  letter,
  squared,
  subscript,
})

/** @throws ModelError when the response does not vary: no spread can be learned from it */
export function checkResponse(design: Design): void {
  const { name, values } = design.response
  if (values.every((value) => value === values[0])) {
    throw new ModelError(`the response is ${values[0]} in all ${values.length} rows`, {
      code: "constant-response",
      where: name,
      hint: "a hierarchical model needs a response that varies",
    })
  }
}
