import { OptionError } from "../core/errors.ts"
import { MOST_SWEEPS } from "./control.ts"
import type { RunControls } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"

/** The defaults of the public interface. */
export const SAMPLE_DEFAULTS = { chains: 4, draws: 1000, warmup: 1000, thin: 1, seed: "gibbsite" } as const

/** The numbers of a run with their defaults. @throws OptionError naming the one that is not a whole number in range */
export function checkRunOptions(options: Partial<RunOptions> & RunControls): RunOptions {
  const { chains, draws, warmup, thin, seed } = { ...SAMPLE_DEFAULTS, ...withoutUndefined(options) }
  checkCount("chains", chains, 1)
  checkCount("draws", draws, 1)
  checkCount("warmup", warmup, 0)
  checkCount("thin", thin, 1)
  if (options.workers !== undefined) checkCount("workers", options.workers, 1)
  const sweeps = warmup + draws * thin
  if (sweeps > MOST_SWEEPS) {
    throw new OptionError(`${sweeps} sweeps a chain, expected at most ${MOST_SWEEPS}`, {
      code: "invalid-option",
      where: "draws",
      hint: "take fewer draws, or a smaller thin",
    })
  }
  return { chains, draws, warmup, thin, seed }
}

const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T

const EXAMPLES: Readonly<Record<string, number>> = {
  chains: 4,
  draws: 1000,
  warmup: 1000,
  thin: 1,
  workers: 2,
}

function checkCount(name: string, value: number, least: number): void {
  if (Number.isSafeInteger(value) && value >= least) return
  throw new OptionError(
    `expected ${least === 0 ? "a whole number, 0 or more" : "a positive whole number"}, found ${value}`,
    {
      code: "invalid-option",
      where: name,
      hint: `for instance ${name} ${EXAMPLES[name] ?? 1}`,
    },
  )
}
