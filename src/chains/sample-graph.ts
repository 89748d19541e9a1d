import { checkOptionNames, OptionError, suggest } from "../core/errors.ts"
import { at, children, type Expr, state } from "../models/expression.ts"
import type { Quantity } from "../models/graph.ts"
import type { RelationGraph } from "../models/relations/relation-graph.ts"
import { streamFor } from "../random/stream.ts"
import {
  constantsOf,
  elementsOf,
  type GraphElement,
  type GraphModel,
  settledSlots,
} from "../samplers/graph-model.ts"
import type { StateLayout } from "../samplers/kernel/layout.ts"
import { DEVIANCE, type DevianceMatch } from "../samplers/relations/deviance.ts"
import { bindEngine } from "../samplers/relations/engine.ts"
import { initialState } from "../samplers/relations/initial-state.ts"
import {
  bindMend,
  lowerRelationPlan,
  type RelationMethod,
  type RelationPlan,
} from "../samplers/relations/plan-relations.ts"
import { noLikelihood } from "./graph-likelihood.ts"
import { GraphPosterior } from "./graph-posterior.ts"
import { type RunControls, runChains } from "./run-chains.ts"
import { checkRunOptions } from "./run-options.ts"
import type { RunOptions, RunSpec } from "./run-spec.ts"

export interface SampleGraphOptions extends RunControls, Partial<RunOptions> {
  /**
   * Variables (`alpha`), elements (`alpha[3]`) or parts (`y[26, 1:5]`, `y[2,]`) to record; default every variable that a `~` draws.
   * `deviance` is −2 log p(y | θ), where no variable is called so.
   */
  readonly monitor?: readonly string[]
  /** Default `auto`. */
  readonly method?: RelationMethod
  /** Sampler by variable, where the plan's own choice is not wanted: `{ theta: "slice" }`. */
  readonly samplers?: Readonly<Record<string, string>>
}

/**
 * Samples a model of relations on several chains.
 * @throws OptionError for unknown monitors, samplers or numbers out of range; PlanError, ModelError when it cannot start
 */
export async function sampleGraph(
  model: GraphModel,
  options: SampleGraphOptions = {},
): Promise<GraphPosterior> {
  checkOptionNames("sample", options, [
    ...(["chains", "draws", "warmup", "thin", "seed", "monitor", "method", "samplers"] as const),
    ...(["workers", "signal", "onProgress"] as const),
  ])
  const run = checkRunOptions(options)
  const { samplers = {}, method = "auto" } = options
  const plan = model.plan({ samplers, method })
  const monitors = chooseMonitored(model.graph, options.monitor)
  const result = await runChains(makeGraphRunSpec(model, plan, run, monitors), options)
  return new GraphPosterior(model, plan, run, monitors, result)
}

/** Everything that workers need to run the plan of a model. */
export function makeGraphRunSpec(
  model: GraphModel,
  plan: RelationPlan,
  run: RunOptions,
  monitors: readonly Quantity[],
): RunSpec {
  const engine = bindEngine(model.graph)
  const mend = bindMend(plan)
  const spec: RunSpec = {
    ...run,
    blocks: lowerRelationPlan(plan, slotsRead(model.graph, monitors)),
    layout: layoutOf(model.graph),
    initial: Array.from({ length: run.chains }, (_, chain) =>
      initialState(
        engine,
        model.inits.at(Math.min(chain, model.inits.length - 1)) ?? new Map(),
        streamFor(run.seed, chain, "initial"),
        mend,
      ),
    ),
    monitors,
  }
  return monitors.includes(DEVIANCE_QUANTITY) ? withDeviance(spec, model.graph) : spec
}

/** −2 log p(y | θ): computed, and a place of the state beyond those of the graph. */
const DEVIANCE_QUANTITY: Quantity = {
  name: DEVIANCE,
  family: DEVIANCE,
  value: state(DEVIANCE, at(0)),
  constant: false,
}

/** The same run with the deviance in one more place of the state. */
function withDeviance(spec: RunSpec, graph: RelationGraph): RunSpec {
  const slot = graph.length
  const { blocks, layout, initial } = spec
  const match: DevianceMatch = { slot }
  return {
    ...spec,
    blocks: [...blocks, { sampler: "relations", data: { graph, name: DEVIANCE, match } }],
    layout: {
      length: slot + 1,
      slots: { ...layout.slots, [DEVIANCE]: { offset: slot, stride: 1, members: 1, q: 1 } },
    },
    initial: initial.map((one) => {
      const longer = new Float64Array(slot + 1).fill(Number.NaN)
      longer.set(one)
      return longer
    }),
  }
}

/** The slots of what is no variable of the graph. */
const NOTHING = { offset: 0, size: 0 }

/** Slots that monitored quantities read. */
function slotsRead({ variables }: RelationGraph, monitors: readonly Quantity[]): Set<number> {
  const found = new Set<number>()
  const visit = (e: Expr): void => {
    if (e.op === "state") {
      const { offset, size } = variables.find(({ name }) => name === e.node) ?? NOTHING
      if (size === 0) return
      if (e.at?.kind === "at") found.add(offset + e.at.position)
      else for (let k = 0; k < size; k++) found.add(offset + k)
    }
    for (const child of children(e)) visit(child)
  }
  for (const { value } of monitors) visit(value)
  return found
}

/** Arrays as nodes of the layout by which quantities are read. */
const layoutOf = ({ variables, length }: RelationGraph): StateLayout => ({
  length,
  slots: Object.fromEntries(
    variables.map(({ name, offset, size }) => [name, { offset, stride: 1, members: size, q: 1 }]),
  ),
})

/**
 * What to record: elements, and the deviance where it is asked for.
 * @throws as `chooseElements`; ModelError for the deviance of a model that observes nothing
 */
export function chooseMonitored(graph: RelationGraph, wanted: readonly string[] = []): readonly Quantity[] {
  if (!wanted.includes(DEVIANCE) || graph.variables.some(({ name }) => name === DEVIANCE))
    return chooseElements(graph, wanted)
  if (!graph.relations.some((relation) => relation.kind === "stochastic" && relation.observed))
    throw noLikelihood(DEVIANCE)
  const others = wanted.filter((entry) => entry !== DEVIANCE)
  return [...(others.length > 0 ? chooseNamed(graph, others) : []), DEVIANCE_QUANTITY]
}

/**
 * The elements to record: by default what is drawn, but any that relations define, constants too.
 * @throws OptionError for a name that the model does not draw or compute
 */
export function chooseElements(graph: RelationGraph, wanted: readonly string[] = []): readonly Quantity[] {
  if (wanted.length > 0) return chooseNamed(graph, wanted)
  const drawn = new Set(
    graph.relations.flatMap((r) => (r.kind === "stochastic" && !r.observed ? [r.variable] : [])),
  )
  const settled = settledSlots(graph)
  return elementsOf(graph, drawn).map((element) => quantityOf(element, settled.has(element.slot)))
}

function chooseNamed(graph: RelationGraph, wanted: readonly string[]): readonly Quantity[] {
  // Names of all elements of a large model take longer than a sweep of it.
  const arrays = new Set(wanted.map((entry) => entry.replaceAll(" ", "").split("[")[0]!))
  const elements = elementsOf(graph, arrays)
  const constants = constantsOf(graph, arrays)
  const matchers = wanted.map(matcherOf)
  const unknown = matchers.findIndex((isMeant) => !elements.some(isMeant) && !constants.some(isMeant))
  if (unknown >= 0) {
    const entry = wanted[unknown]!
    const isData = graph.variables.some(({ name }) => name === entry)
    throw new OptionError(`nothing that the model draws or computes is called "${entry}"`, {
      code: "unknown-monitor",
      where: "monitor",
      hint: isData
        ? `${entry} is data`
        : suggest(entry, [...new Set([...elementsOf(graph), ...constantsOf(graph)].map((e) => e.variable))]),
    })
  }
  const isWanted = anyOf(matchers)
  const settled = settledSlots(graph)
  const changing = elements.filter(isWanted).map((element) => quantityOf(element, settled.has(element.slot)))
  return [...changing, ...constants.filter(isWanted).map((element) => quantityOf(element, true))]
}

/** Every element that is drawn or computed from draws. */
export const elementQuantities = (graph: RelationGraph): readonly Quantity[] =>
  elementsOf(graph).map((element) => quantityOf(element, false))

const quantityOf = ({ name, variable, element }: GraphElement, constant: boolean): Quantity => ({
  name,
  family: variable,
  value: state(variable, at(element)),
  constant,
})

/** Whether an element is what an entry means: `alpha`, `alpha[3]`, or a part, `y[26, 1:5]`, `y[2,]`. */
function matcherOf(entry: string): (element: GraphElement) => boolean {
  const plain = entry.replaceAll(" ", "")
  const [, array, inside] = /^([^[]+)\[(.*)\]$/.exec(plain) ?? []
  const ranges = inside?.split(",").map(rangeOf)
  if (array === undefined || ranges === undefined || ranges.some((range) => range === null))
    return ({ name, variable }) => name === plain || variable === plain
  return ({ name, variable }) => {
    if (variable !== array) return false
    const indices =
      name === variable
        ? [1]
        : name
            .slice(variable.length + 1, -1)
            .split(",")
            .map(Number)
    return (
      indices.length === ranges.length &&
      indices.every((index, d) => ranges[d]![0] <= index && index <= ranges[d]![1])
    )
  }
}

/** `3`, `1:5`, or nothing for a whole dimension; null for anything else. */
function rangeOf(text: string): readonly [number, number] | null {
  if (text === "") return [1, Number.POSITIVE_INFINITY]
  const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(text) ?? []
  return from === undefined ? null : [Number(from), Number(to ?? from)]
}

const anyOf =
  (tests: readonly ((element: GraphElement) => boolean)[]) =>
  (element: GraphElement): boolean =>
    tests.some((test) => test(element))
