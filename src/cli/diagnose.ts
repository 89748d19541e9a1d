/** `gibbsite diagnose`: what the draws of any program say of themselves. */
import { type RStar, rstar } from "../diagnostics/rstar.ts"
import { judge } from "../diagnostics/verdict.ts"
import { allValues, chainsOf, chainValues, type Draws } from "../draws/draws.ts"
import { readDraws } from "../draws/read-draws.ts"
import type { Context } from "./command.ts"
import { constantsOf, type Diagnosed, diagnoseScalars, FURTHER, isOfSampler } from "./diagnose-scalars.ts"
import { diagnoseText } from "./diagnose-text.ts"
import { parameterToJson } from "./fit-json.ts"
import { EXIT } from "./io.ts"
import { toJson } from "./output.ts"
import { type TextPlotFlags, textPlotsOf } from "./plot-text.ts"

export interface DiagnoseFlags extends TextPlotFlags {
  readonly json?: boolean
  readonly cut?: boolean
  readonly all?: boolean
}

/**
 * Reads files of draws, diagnoses every scalar, prints.
 *
 * @returns 0, or 2 where the chains have not converged
 * @throws DataError when the files cannot be read or do not fit one another
 */
export async function runDiagnose(
  files: readonly string[],
  flags: DiagnoseFlags,
  { io }: Context,
): Promise<number> {
  const draws = await readDraws(files)
  const scalars = draws.names.map((name) => ({ name, chains: chainsFor(draws, name, flags.cut === true) }))
  const diagnosed = diagnoseScalars(scalars, flags.all === true ? FURTHER : [])
  const together = flags.all === true ? rstar(scalars.filter(({ name }) => !isOfSampler(name))) : null
  const constants = constantsOf(scalars)
  const lengths = [...new Set(scalars[0]!.chains.map((chain) => chain.length))]
  const verdict = judge(diagnosed, {
    chains: draws.chains,
    constants: new Set([...constants, ...draws.names.filter(isOfSampler)]),
    ...(lengths.length === 1 ? { draws: lengths[0]! } : {}),
  })
  const warnings = [...verdict.warnings, ...notes(draws, constants, lengths)]
  io.stdout.write(
    flags.json === true
      ? toJson({
          sampling: { files, chains: draws.chains, draws: Math.min(...lengths) },
          converged: verdict.converged,
          ...(together === null ? {} : { rstar: rstarToJson(together) }),
          parameters: diagnosed.map(diagnosedToJson),
          warnings,
        })
      : diagnoseText(files, draws, { diagnosed, together, verdict, warnings }, io) +
          textPlotsOf({ names: draws.names, chains: (name) => chainsFor(draws, name, true) }, flags, io),
  )
  return verdict.converged ? EXIT.fine : EXIT.notConverged
}

/** Chains as they are, so that a difference in length is told of, or cut to the shortest on demand. */
function chainsFor(draws: Draws, name: string, cut: boolean): readonly Float64Array[] {
  if (cut) return chainsOf(draws, name)
  return Array.from({ length: draws.chains }, (_, chain) => chainValues(draws, name, chain))
}

/** What a reader should know that is no matter of convergence. */
function notes(draws: Draws, constants: readonly string[], lengths: readonly number[]): string[] {
  const found: string[] = []
  if (lengths.length > 1) {
    found.push(
      `The chains differ in length (${draws.lengths.join(", ")} draws), so R-hat and effective sample sizes do not exist: run again with --cut to judge the first ${Math.min(...draws.lengths)} draws of each.`,
    )
  }
  if (constants.length > 0) {
    const listed = constants.slice(0, 3).join(", ") + (constants.length > 3 ? ", …" : "")
    const subject = constants.length === 1 ? "1 scalar is" : `${constants.length} scalars are`
    found.push(`${subject} constant (${listed}) and left out of the verdict.`)
  }
  if (draws.chains === 1) {
    found.push(
      "There is one chain, its halves compared with each other: chains from different starts tell more.",
    )
  }
  const divergences = draws.positions.has("divergent__")
    ? allValues(draws, "divergent__")
    : new Float64Array(0)
  const divergent = divergences.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
  if (divergent > 0) {
    found.push(
      `${divergent} of ${divergences.length} transitions diverged: the sampler did not see all of the posterior. Raise adapt_delta, or write the model in another parameterisation.`,
    )
  }
  return found
}

function rstarToJson({ value, sdIfAlike, reason }: RStar) {
  return { value, sd_if_alike: sdIfAlike, ...(reason === null ? {} : { reason }) }
}

function diagnosedToJson(scalar: Diagnosed) {
  const { reason: _, ...shared } = parameterToJson(scalar)
  const figures = {
    ...shared,
    mcse_sd: scalar.mcseSd,
    mcse_q5: scalar.mcseQ5,
    mcse_q50: scalar.mcseQ50,
    mcse_q95: scalar.mcseQ95,
    ess_mean: scalar.essMean,
    ess_sd: scalar.essSd,
    iact: scalar.iact,
    geweke_z: scalar.gewekeZ,
    ...scalar.further,
  }
  const incomplete = Object.values(figures).some(
    (value) => typeof value === "number" && !Number.isFinite(value),
  )
  const reason = scalar.reason ?? (incomplete ? "a figure overflows" : null)
  return reason === null ? figures : { ...figures, reason }
}
