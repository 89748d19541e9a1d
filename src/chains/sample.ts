import { checkOptionNames, OptionError } from "../core/errors.ts"
import { listQuantities } from "../models/effect-quantities.ts"
import type { Quantity } from "../models/graph.ts"
import type { Seed } from "../random/stream.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { checkMethod, type Method } from "../samplers/plan.ts"
import { type Chain, startChain } from "./chain.ts"
import { EFFECTS_KEPT, type EffectsKept } from "./effects-kept.ts"
import type { GraphPosterior } from "./graph-posterior.ts"
import { chooseMonitors } from "./monitors.ts"
import { Posterior } from "./posterior.ts"
import { type RunControls, runChains } from "./run-chains.ts"
import { checkRunOptions } from "./run-options.ts"
import { makeRunSpec, type RunOptions, type RunSpec } from "./run-spec.ts"
import { elementQuantities, makeGraphRunSpec, type SampleGraphOptions, sampleGraph } from "./sample-graph.ts"

export interface SampleOptions extends RunControls {
  /** Default 4. */
  readonly chains?: number
  /** Kept draws of each chain, default 1000. */
  readonly draws?: number
  /** Sweeps before the first kept draw, default 1000. */
  readonly warmup?: number
  /** Sweeps for each kept draw, default 1. */
  readonly thin?: number
  /** Any text or number; the same seed gives the same draws. Default "gibbsite". */
  readonly seed?: Seed
  readonly method?: Method
  /** Names or families to record, default all. */
  readonly monitor?: readonly string[]
  /**
   * What is kept of random effects, default `draws`: those that are monitored, every draw. `moments`: posterior mean and sd
   * of every one, in memory that does not grow with the run; `none`: they are not even drawn where nothing needs them.
   */
  readonly effects?: EffectsKept
}

const SAMPLE_OPTIONS: readonly (keyof SampleOptions)[] = [
  ...(["chains", "draws", "warmup", "thin", "seed", "method", "monitor", "effects"] as const),
  ...(["workers", "signal", "onProgress"] as const),
]

/**
 * Samples the posterior of a model on several chains. The draws depend on model, seed and the numbers of sweeps alone,
 * not on workers.
 * @throws OptionError for a number that is not a positive integer (warm-up may be 0), an unknown method or monitor
 * @throws NumericalError when a full conditional degenerates
 */
export function sample(model: HierarchicalModel, options?: SampleOptions): Promise<Posterior>
export function sample(model: GraphModel, options?: SampleGraphOptions): Promise<GraphPosterior>
export async function sample(
  model: HierarchicalModel | GraphModel,
  options: Omit<SampleOptions, "method"> & SampleGraphOptions = {},
): Promise<Posterior | GraphPosterior> {
  if ("kind" in model) return sampleGraph(model, options)
  checkOptionNames("sample", options, SAMPLE_OPTIONS)
  const run = checkRunOptions(options)
  const plan = model.plan(checkMethod(options.method ?? "auto"))
  const kept = options.effects ?? "draws"
  if (!EFFECTS_KEPT.includes(kept)) {
    throw new OptionError(`unknown choice "${kept}"`, {
      code: "invalid-option",
      where: "effects",
      hint: `expected one of ${EFFECTS_KEPT.join(", ")}`,
    })
  }
  const monitors = chooseMonitors(model.graph, options.monitor, kept === "draws")
  const summarised = kept === "moments" ? model.graph.effects.map(({ node }) => node) : []
  const spec = makeRunSpec(plan, run, monitors, summarised)
  const result = await runChains(spec, options)
  return new Posterior(model, plan, run, monitors, result)
}

/** One chain of a model as an iterator: a sweep at a time, with the state readable by name. For notebooks and teaching. */
export interface ChainIterator extends IterableIterator<Sweep> {
  readonly chain: Chain
}

/** The state after a sweep. Values are read when asked for: keep what you need before the next sweep. */
export interface Sweep {
  /** 1-based number of the sweep. */
  readonly sweep: number
  readonly phase: "warmup" | "sampling"
  /** Value of a quantity, `b[floor]`, `var[residual]`, … @throws OptionError for an unknown name */
  get(name: string): number
  /** Every quantity's value by name. */
  toObject(): Record<string, number>
}

type IterateOptions = Pick<RunOptions, "draws" | "warmup" | "thin" | "seed"> & {
  /** 0-based number of the chain in that run. */
  readonly chain: number
}

/**
 * Iterates over the sweeps of one chain, warm-up first, without threads.
 * @param options as for `sample`; `chain` is the 0-based number of the chain in that run
 */
export function iterateChain(
  model: HierarchicalModel,
  options?: Partial<IterateOptions> & { readonly method?: Method },
): ChainIterator
/** The same of a model of relations: every element that is drawn or computed is readable by name, `theta[3]`. */
export function iterateChain(
  model: GraphModel,
  options?: Partial<IterateOptions> & Pick<SampleGraphOptions, "method" | "samplers">,
): ChainIterator
export function iterateChain(
  model: HierarchicalModel | GraphModel,
  options: Partial<IterateOptions> & { readonly method?: Method } & Pick<SampleGraphOptions, "samplers"> = {},
): ChainIterator {
  const own = "kind" in model ? ["method", "samplers"] : ["method"]
  checkOptionNames("iterateChain", options, ["draws", "warmup", "thin", "seed", ...own, "chain"])
  const number = options.chain ?? 0
  const run = checkRunOptions({ ...options, chains: number + 1 })
  if ("kind" in model) {
    const { samplers = {}, method = "auto" } = options
    const plan = model.plan({ samplers, method })
    const monitors = elementQuantities(model.graph)
    return iterate(makeGraphRunSpec(model, plan, run, monitors), number, monitors)
  }
  const monitors = listQuantities(model.graph)
  return iterate(
    makeRunSpec(model.plan(checkMethod(options.method ?? "auto")), run, monitors),
    number,
    monitors,
  )
}

function iterate(spec: RunSpec, number: number, monitors: readonly Quantity[]): ChainIterator {
  const chain = startChain(spec, number, { showAll: true })
  const record = new Float64Array(monitors.length)
  const position = new Map(monitors.map((quantity, k) => [quantity.name, k]))
  return {
    chain,
    [Symbol.iterator]() {
      return this
    },
    next() {
      if (chain.done) return { done: true, value: undefined }
      chain.advance(record)
      // Every sweep is shown, not only those that `sample` would keep.
      chain.read(record)
      const value: Sweep = {
        sweep: chain.sweep,
        phase: chain.sweep <= spec.warmup ? "warmup" : "sampling",
        get: (name) => record[position.get(name) ?? indexOfMissing(monitors, name)]!,
        toObject: () => Object.fromEntries(monitors.map((quantity, k) => [quantity.name, record[k]!])),
      }
      return { done: false, value }
    },
  }
}

function indexOfMissing(monitors: readonly Quantity[], name: string): number {
  chooseMonitors({ quantities: monitors, effects: [] }, [name])
  throw new OptionError(`"${name}" names several values`, {
    code: "ambiguous-name",
    hint: "name one of them in full",
  })
}
