/** What calibration needs of a model, whatever its front end: parameters from the prior, data from them, a chain of the posterior. */
import { type Chain, startChain } from "../chains/chain.ts"
import { chooseMonitors } from "../chains/monitors.ts"
import { makeRunSpec, type RunSpec } from "../chains/run-spec.ts"
import { chooseElements, makeGraphRunSpec } from "../chains/sample-graph.ts"
import { ModelError, OptionError } from "../core/errors.ts"
import type { Quantity } from "../models/graph.ts"
import { slotName } from "../models/relations/relation-graph.ts"
import type { Seed, Stream } from "../random/stream.ts"
import { replaceResponse } from "../samplers/change-data.ts"
import {
  bindDataChange,
  carryState,
  graphWithoutObservations,
  observedSlots,
} from "../samplers/change-graph-data.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import { layOut } from "../samplers/kernel/layout.ts"
import { bindRecorder } from "../samplers/kernel/recorder.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { checkMethod, type Method } from "../samplers/plan.ts"
import { checkRelationMethod } from "../samplers/relations/plan-relations.ts"
import { checkGenerative } from "../samplers/relations/simulate-relations.ts"
import { checkProper, simulatorOf } from "../samplers/simulate-graph.ts"
import { bindPriorSimulator } from "./graph-replicate.ts"

export interface ChainLength {
  readonly draws: number
  readonly warmup: number
  readonly thin: number
  readonly seed: Seed
}

export interface CalibrationWorld {
  /** Quantities that are ranked. */
  readonly names: readonly string[]
  /** Draws parameters and data; a chain of the posterior of these, which records the quantities in the order of their names. */
  simulate(rng: Stream, length: ChainLength): Chain
  /** Writes the parameters of the last data set. */
  readTruth(out: Float64Array): void
}

interface WorldOptions {
  readonly method?: Method
  readonly samplers?: Readonly<Record<string, string>>
  readonly monitor?: readonly string[]
}

/** @throws ModelError `improper-prior`; OptionError */
export function formulaWorld(model: HierarchicalModel, options: WorldOptions): CalibrationWorld {
  if (options.samplers !== undefined) {
    throw new OptionError("samplers are chosen in models in the BUGS language and of the builder", {
      code: "invalid-option",
      where: "samplers",
      hint: 'of a formula choose the method, for instance method: "gibbs"',
    })
  }
  const { graph } = model
  checkProper(graph, "calibrate")
  const quantities = chooseQuantities(model, options.monitor)
  const method = checkMethod(options.method ?? "auto")
  const layout = layOut(graph)
  const simulator = simulatorOf(graph, layout)
  const state = new Float64Array(layout.length)
  const values = quantities.map(({ value }) => value)
  const read = bindRecorder(values, layout, true)
  return {
    names: quantities.map(({ name }) => name),
    simulate(rng, length) {
      simulator.drawPrior(state, rng)
      const [data] = [...simulator.drawData(state, rng).values()]
      const changed = replaceResponse(model, data!)
      return startChain(makeRunSpec(changed.plan(method), { chains: 1, ...length }, quantities), 0)
    },
    readTruth: (out) => read(state, out, 0),
  }
}

/**
 * Missing values stay missing, and what is observed stays observed: which they are is taken for given. Initial values are found
 * anew for each data set; where none are, its chain starts from the true values.
 *
 * @throws ModelError `improper-prior`, `not-generative`; OptionError
 */
export function graphWorld(model: GraphModel, options: WorldOptions): CalibrationWorld {
  const open = graphWithoutObservations(model)
  checkGenerative(open, "calibrate")
  const observed = new Set(Array.from(observedSlots(model.graph), (slot) => slotName(model.graph, slot)))
  const monitors = chooseElements(model.graph, options.monitor).filter(({ name }) => !observed.has(name))
  const places = new Map(open.variables.map((variable) => [variable.name, variable]))
  const slotByName = new Map(
    open.variables.flatMap(({ offset, size }) =>
      Array.from({ length: size }, (_, k) => [slotName(open, offset + k), offset + k] as const),
    ),
  )
  const slots = monitors.map(({ name }) => slotByName.get(name)!)
  const draw = bindPriorSimulator(open)
  const change = bindDataChange(model)
  const state = open.values.slice()
  const { samplers = {} } = options
  const method = checkRelationMethod(options.method ?? "auto")
  return {
    names: monitors.map(({ name }) => name),
    simulate(rng, length) {
      draw(state, rng)
      const values = new Map(
        [...places].map(([name, { offset, size }]) => [name, state.subarray(offset, offset + size)]),
      )
      const changed = change(values)
      const plan = changed.plan({ samplers, method })
      const run = { chains: 1, ...length }
      const start = (): RunSpec => makeGraphRunSpec(changed, plan, run, monitors)
      const spec = attempt(start) ?? {
        ...makeGraphRunSpec(changed, plan, { ...run, chains: 0 }, monitors),
        chains: 1,
        initial: [carryState(open, state, changed.graph)],
      }
      return startChain(spec, 0)
    },
    readTruth(out) {
      for (let k = 0; k < slots.length; k++) out[k] = state[slots[k]!]!
    },
  }
}

/** Null when no initial values are found. */
function attempt(start: () => RunSpec): RunSpec | null {
  try {
    return start()
  } catch (error) {
    if (error instanceof ModelError && error.code === "inconsistent") return null
    throw error
  }
}

function chooseQuantities({ graph }: HierarchicalModel, monitor?: readonly string[]): readonly Quantity[] {
  const varying = graph.quantities.filter(({ constant }) => !constant)
  if (monitor !== undefined) return chooseMonitors({ ...graph, quantities: varying }, monitor)
  // A variance has the ranks of its sd.
  return varying.filter(({ family }) => family !== "var")
}
