/** Simulation-based calibration: does the sampler find parameters that the model itself drew? */
import { setImmediate } from "node:timers/promises"
import type { Chain } from "../chains/chain.ts"
import { checkOptionNames, NumericalError, OptionError } from "../core/errors.ts"
import { essBulk } from "../diagnostics/ess-bulk.ts"
import { testUniformity, type Uniformity } from "../diagnostics/uniformity.ts"
import { type Seed, type Stream, streamFor } from "../random/stream.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import type { Method } from "../samplers/plan.ts"
import { type CalibrationWorld, formulaWorld, graphWorld } from "./calibration-world.ts"

export interface CalibrateOptions {
  /** Data sets that are simulated and fitted, default 200. */
  readonly replicates?: number
  /** Draws that a parameter is ranked among, default 99. */
  readonly draws?: number
  /** Sweeps before the first kept draw, default 500. */
  readonly warmup?: number
  /** Sweeps for each kept draw. Ranks are uniform only among draws that are as good as independent: default what pilot runs need. */
  readonly thin?: number
  readonly method?: Method
  /** Sampler by variable, of a model of relations. */
  readonly samplers?: Readonly<Record<string, string>>
  /** Names or families to rank; default of a formula everything but `u` and `var`, of a model of relations all that is drawn. */
  readonly monitor?: readonly string[]
  /** Default "gibbsite". */
  readonly seed?: Seed
  readonly signal?: AbortSignal
  /** Called after every data set. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface CalibratedQuantity extends Uniformity {
  readonly name: string
  /** Rank of the true value among the draws of each data set, 0 to `draws`. */
  readonly ranks: Int32Array
  /** The smaller of both p-values, doubled (Bonferroni). */
  readonly p: number
  /** What the ranks say, in words. */
  readonly verdict: string
}

export interface Calibration {
  readonly calibrated: boolean
  readonly verdict: string
  readonly quantities: readonly CalibratedQuantity[]
  /** Data sets that were ranked. */
  readonly replicates: number
  readonly draws: number
  readonly thin: number
  /** Data sets whose chains left the finite numbers; they have no ranks. */
  readonly failed: number
}

const OPTIONS: readonly (keyof CalibrateOptions)[] = [
  ...([
    "replicates",
    "draws",
    "warmup",
    "thin",
    "method",
    "samplers",
    "monitor",
    "seed",
    "signal",
    "onProgress",
  ] as const),
]
const PILOTS = 5
/** The slowest data set is not among a few pilots: twice what they need. */
const MARGIN = 2
const PILOT_DRAWS = 400
const LONGEST_THIN = 200
/** Of the smallest p-value, adjusted for the number of quantities: a false alarm in a hundred. */
const LEVEL = 0.01

/**
 * Draws parameters from the priors, data given them, and the posterior given the data; the rank of each parameter among its draws is
 * uniform when the sampler draws from the posterior of the model as stated.
 * Talts, Betancourt, Simpson, Vehtari & Gelman (2018), arXiv:1804.06788, algorithm 1; tests as in `testUniformity`.
 *
 * @throws ModelError `improper-prior` when a prior is flat, `not-generative` when a model of relations is no recipe for data; the
 *   signal's reason when it is aborted; OptionError
 */
export async function calibrate(
  model: HierarchicalModel | GraphModel,
  options: CalibrateOptions = {},
): Promise<Calibration> {
  checkOptionNames("calibrate", options, OPTIONS)
  const { replicates = 200, draws = 99, warmup = 500, seed = "gibbsite", signal, onProgress } = options
  for (const [name, value, least] of [
    ["replicates", replicates, 20],
    ["draws", draws, 9],
    ["warmup", warmup, 0],
    ["thin", options.thin ?? 1, 1],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue
    throw new OptionError(`found ${value}, expected a whole number of at least ${least}`, {
      code: "invalid-option",
      where: name,
      hint: "for instance replicates: 200, draws: 99",
    })
  }
  const world = "kind" in model ? graphWorld(model, options) : formulaWorld(model, options)
  const { names } = world
  const rng = streamFor(seed, 0, "calibration")
  const thin = options.thin ?? (await choosePilotThin(world, seed, signal))

  const truth = new Float64Array(names.length)
  const ranks = names.map((): number[] => [])
  let failed = 0
  for (let r = 0; r < replicates; r++) {
    signal?.throwIfAborted()
    const chain = world.simulate(rng, { draws, warmup, thin, seed: `${seed} ${r}` })
    world.readTruth(truth)
    const found = rankTruth(chain, truth, rng)
    if (found === null) failed++
    else for (const [k, rank] of found.entries()) ranks[k]!.push(rank)
    onProgress?.(r + 1, replicates)
    // The event loop turns, so that an abort signal is heard.
    await setImmediate()
  }
  const made = replicates - failed
  if (made === 0) {
    throw new NumericalError(`all ${replicates} simulated data sets left the finite numbers`, {
      code: "calibration",
      where: "calibrate",
      hint: "the priors are too wide to simulate from: state tighter ones",
    })
  }
  const rows = names.map((name, k) => judgeRanks(name, Int32Array.from(ranks[k]!), draws))
  const smallest = Math.min(1, Math.min(...rows.map(({ p }) => p)) * rows.length)
  const calibrated = smallest >= LEVEL
  return {
    calibrated,
    verdict: describeVerdict(rows, calibrated, smallest, made, failed),
    quantities: rows,
    replicates: made,
    draws,
    thin,
    failed,
  }
}

/** Draws below the true values; null when the chain leaves the finite numbers. Of the places among draws equal to it, one at random. */
function rankTruth(chain: Chain, truth: Float64Array, rng: Stream): number[] | null {
  const record = new Float64Array(truth.length)
  const below = new Array<number>(truth.length).fill(0)
  const equal = new Array<number>(truth.length).fill(0)
  try {
    while (!chain.done) {
      if (!chain.advance(record)) continue
      for (let k = 0; k < truth.length; k++) {
        if (record[k]! < truth[k]!) below[k]!++
        else if (record[k] === truth[k]) equal[k]!++
      }
    }
  } catch (error) {
    if (error instanceof NumericalError) return null
    throw error
  }
  if (!truth.every(Number.isFinite)) return null
  return below.map((rank, k) => (equal[k] === 0 ? rank : rank + Math.floor(rng.uniform() * (equal[k]! + 1))))
}

/** Sweeps between draws that are as good as independent, judged by the slowest quantity of a few simulated data sets. */
async function choosePilotThin(world: CalibrationWorld, seed: Seed, signal?: AbortSignal): Promise<number> {
  const rng = streamFor(seed, 0, "calibration pilot")
  let thin = 1
  for (let p = 0; p < PILOTS; p++) {
    signal?.throwIfAborted()
    const length = { draws: PILOT_DRAWS, warmup: PILOT_DRAWS, thin: 1, seed: `${seed} pilot ${p}` }
    const chain = world.simulate(rng, length)
    const record = new Float64Array(world.names.length)
    const values = world.names.map(() => new Float64Array(PILOT_DRAWS))
    try {
      for (let s = 0; !chain.done; ) {
        if (!chain.advance(record)) continue
        for (let k = 0; k < values.length; k++) values[k]![s] = record[k]!
        s++
      }
    } catch (error) {
      if (error instanceof NumericalError) continue
      throw error
    }
    for (const draws of values) {
      const ess = essBulk([draws])
      if (Number.isFinite(ess)) thin = Math.max(thin, Math.ceil((MARGIN * PILOT_DRAWS) / ess))
    }
    await setImmediate()
  }
  return Math.min(thin, LONGEST_THIN)
}

function judgeRanks(name: string, ranks: Int32Array, most: number): CalibratedQuantity {
  const tests = testUniformity(ranks, most)
  const p = Math.min(1, 2 * Math.min(tests.chiSquareP, tests.ecdfP))
  return { name, ranks, ...tests, p, verdict: p >= LEVEL ? "uniform" : describeShape(tests, ranks.length) }
}

/** The shapes of section 4.2 of Talts et al. */
function describeShape({ mean, dispersion }: Uniformity, n: number): string {
  const shift = (mean - 0.5) / Math.sqrt(1 / (12 * n))
  // Var((u − 1/2)²) = 1/180 for uniform u.
  const width = (dispersion - 1) / 12 / Math.sqrt(1 / (180 * n))
  if (Math.abs(shift) > Math.abs(width) && Math.abs(shift) > 2)
    return shift > 0
      ? "ranks are too high: the draws are too small"
      : "ranks are too low: the draws are too large"
  if (width > 2) return "ranks heap at both ends: the draws are too narrow, or not independent (raise thin)"
  if (width < -2) return "ranks heap in the middle: the draws are too wide"
  return "ranks are not uniform"
}

function describeVerdict(
  rows: readonly CalibratedQuantity[],
  calibrated: boolean,
  smallest: number,
  made: number,
  failed: number,
): string {
  const lost = failed === 0 ? "" : ` ${failed} data sets left the finite numbers and have no ranks.`
  const p = `smallest p ${smallest.toPrecision(2)}, adjusted for ${rows.length} quantities and two tests`
  if (calibrated)
    return `Calibrated: over ${made} data sets the ranks of all ${rows.length} quantities are uniform (${p}).${lost}`
  const bad = rows.filter((row) => row.p * rows.length < LEVEL).sort((a, b) => a.p - b.p)
  const listed = bad.slice(0, 3).map(({ name, verdict }) => `${name}: ${verdict}`)
  return `Not calibrated: over ${made} data sets ${listed.join("; ")}${bad.length > 3 ? "; …" : ""} (${p}). If a larger thin and a longer warm-up do not mend it, the sampler does not draw from this posterior.${lost}`
}
