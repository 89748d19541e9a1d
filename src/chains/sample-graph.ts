import { checkOptionNames, OptionError, suggest } from "../core/errors.ts"
import { at, state } from "../models/expression.ts"
import type { Quantity } from "../models/graph.ts"
import type { RelationGraph } from "../models/relations/relation-graph.ts"
import { streamFor } from "../random/stream.ts"
import { elementsOf, type GraphModel } from "../samplers/graph-model.ts"
import type { StateLayout } from "../samplers/kernel/layout.ts"
import { bindEngine } from "../samplers/relations/engine.ts"
import { initialState } from "../samplers/relations/initial-state.ts"
import {
  bindMend,
  lowerRelationPlan,
  type RelationMethod,
  type RelationPlan,
} from "../samplers/relations/plan-relations.ts"
import { GraphPosterior } from "./graph-posterior.ts"
import { type RunControls, runChains } from "./run-chains.ts"
import { checkRunOptions } from "./run-options.ts"
import type { RunOptions, RunSpec } from "./run-spec.ts"

export interface SampleGraphOptions extends RunControls, Partial<RunOptions> {
  /** Variables (`alpha`), elements (`alpha[3]`) or parts (`y[26, 1:5]`, `y[2,]`) to record; default every variable that a `~` draws. */
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
  const monitors = chooseElements(model.graph, options.monitor)
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
  return {
    ...run,
    blocks: lowerRelationPlan(plan),
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
}

/** Arrays as nodes of the layout by which quantities are read. */
const layoutOf = ({ variables, length }: RelationGraph): StateLayout => ({
  length,
  slots: Object.fromEntries(
    variables.map(({ name, offset, size }) => [name, { offset, stride: 1, members: size, q: 1 }]),
  ),
})

/** The elements to record. @throws OptionError for a name that the model does not draw or compute */
export function chooseElements(graph: RelationGraph, wanted?: readonly string[]): readonly Quantity[] {
  const elements = elementsOf(graph)
  const drawn = new Set(
    graph.relations.flatMap((r) => (r.kind === "stochastic" && !r.observed ? [r.variable] : [])),
  )
  const names = [...new Set(elements.map(({ variable }) => variable))]
  const chosen =
    wanted === undefined || wanted.length === 0
      ? elements.filter(({ variable }) => drawn.has(variable))
      : elements.filter(anyOf(wanted.map(matcherOf)))
  for (const entry of wanted ?? []) {
    if (elements.some(matcherOf(entry))) continue
    throw new OptionError(`nothing that changes is called "${entry}"`, {
      code: "unknown-monitor",
      where: "monitor",
      hint: suggest(entry, names),
    })
  }
  return chosen.map(quantityOf)
}

/** Every element that is drawn or computed from draws. */
export const elementQuantities = (graph: RelationGraph): readonly Quantity[] =>
  elementsOf(graph).map(quantityOf)

const quantityOf = ({ name, variable, element }: ReturnType<typeof elementsOf>[number]): Quantity => ({
  name,
  family: variable,
  value: state(variable, at(element)),
  constant: false,
})

type Element = ReturnType<typeof elementsOf>[number]

/** Whether an element is what an entry means: `alpha`, `alpha[3]`, or a part, `y[26, 1:5]`, `y[2,]`. */
function matcherOf(entry: string): (element: Element) => boolean {
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
  (tests: readonly ((element: Element) => boolean)[]) =>
  (element: Element): boolean =>
    tests.some((test) => test(element))
