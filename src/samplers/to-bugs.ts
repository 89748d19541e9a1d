/** A formula's model as a model in the BUGS language, for JAGS and for `bugs`. */
import { checkOptionNames, ModelError } from "../core/errors.ts"
import type { ArrayValue } from "../models/array-value.ts"
import type { BugsProgram, BugsStatement } from "../models/bugs/ast.ts"
import { printBugs } from "../models/bugs/print.ts"
import { writeRDump } from "../models/bugs/write-r-dump.ts"
import { type BugsDialect, blueprintOfGraph } from "../models/builder/from-graph.ts"
import { callExpr, nameExpr, numberExpr } from "../models/builder/value.ts"
import { orderStatements } from "./list-relations.ts"
import type { HierarchicalModel } from "./model.ts"

export interface ToBugsOptions {
  /**
   * `jags` (the default) says what JAGS reads: flat priors of coefficients as normals with an sd a million times the coefficient's
   * size and more, and `huangWand` as the mixture that it is. `gibbsite` says them as `dflat()`, which JAGS does not have, and
   * `dscaled.wishart`, with which JAGS 4.3.1 crashes.
   */
  readonly dialect?: BugsDialect
}

export interface BugsText {
  /** The model. */
  readonly text: string
  /** Its data; what `bugs(text, data)` takes. */
  readonly data: ReadonlyMap<string, ArrayValue>
  /** The data in R's dump format, as JAGS and `gibbsite run --data` read them. */
  readonly dump: string
  /** By name of a scalar or of effects in the formula's model (`b[x]`, `sd[g,x]`, `cov[g]`, `u[g]`): the variable here. */
  readonly names: ReadonlyMap<string, string>
}

/**
 * The same model in the BUGS language, with its data: the same posterior. Names are those of the formula's model with dots for
 * brackets and commas, `sd[county,(Intercept)]` as `sd.county.Intercept`; `tau.…` and `Omega.…` are precisions, `mu` the linear
 * predictor, levels of a factor are numbered in its order. Priors are JAGS's distributions: `dt(…) T(0, )` for half-t,
 * `dgamma` on the precision for an inverse gamma, `dwish` for an inverse Wishart.
 * @throws ModelError for a model whose rows were reduced to statistics
 */
export function toBugs(model: HierarchicalModel, options: ToBugsOptions = {}): BugsText {
  checkOptionNames("toBugs", options, ["dialect"])
  const { dialect = "jags" } = options
  if (model.design.reducedFrom !== undefined)
    throw new ModelError("the rows of this model were reduced to statistics, BUGS needs every row", {
      code: "rows-reduced",
      where: model.formula,
      hint: "make it by lmm(formula, data)",
    })
  const { program, data, names } = programOf(model, dialect)
  const text = printBugs(program)
  return { text: `${commentsOf(model, names, text)}${text}`, data, dump: writeRDump(data), names }
}

/** The program of a formula's model, its statements in reading order, those along one plate in one loop. */
function programOf(model: HierarchicalModel, dialect: BugsDialect) {
  const { blueprint, data, sizes, names } = blueprintOfGraph(model.graph, dialect)
  const statements: BugsStatement[] = []
  for (const { statement, plate } of orderStatements(blueprint)) {
    const last = statements.at(-1)
    if (plate === null) statements.push(statement)
    else if (last?.kind === "for" && last.variable === plate.index)
      statements[statements.length - 1] = { ...last, body: [...last.body, statement] }
    else {
      const range = callExpr(":", numberExpr(1), nameExpr(sizes.get(plate.name)!))
      statements.push({ kind: "for", variable: plate.index, range, body: [statement], span: range.span })
    }
  }
  const program: BugsProgram = { source: "", declarations: [], data: [], model: statements }
  return { program, data, names }
}

/** What the text does not say: the formula, what stands in a vector of effects, how JAGS takes it. */
function commentsOf(model: HierarchicalModel, names: ReadonlyMap<string, string>, text: string): string {
  const { nodes } = model.graph
  const has = (family: string) => nodes.some(({ distribution }) => distribution.family === family)
  const vectors = nodes.flatMap(({ id, shape }) =>
    shape.kind === "vector" ? [`${names.get(id)}[, k]: ${shape.terms.join(", ")}`] : [],
  )
  return [
    model.formula,
    ...vectors,
    ...(has("flat") && !text.includes("dflat()")
      ? ["flat priors stand as normals far wider than the data say"]
      : []),
  ]
    .map((line) => `# ${line.replace(/\s+/g, " ").trim()}\n`)
    .join("")
}
