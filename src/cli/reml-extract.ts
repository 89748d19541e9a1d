/** What `gibbsite reml` reads off a fit when asked for: measures of fit, random effects, contrasts, simulated responses. */
import { OptionError } from "../core/errors.ts"
import type { IntraclassCorrelation } from "../frequentist/explained-variance.ts"
import type { FTest, WaldTest } from "../frequentist/f-test.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { decimalsFor, formatFigure, formatP, formatSignificant } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { type AnalysisFlags, DDF_OPTIONS, DDF_TITLES } from "./reml-options.ts"

/** A coefficient of a level of a grouping factor. */
interface LevelEffect {
  readonly group: string
  readonly level: string
  readonly term: string
  /** BLUP, with the standard deviation of the effect given the data. */
  readonly effect: number
  readonly sd: number
  /** Fixed and random effect together. */
  readonly coef: number
}

interface ContrastTest extends FTest {
  /** `L β̂` of each row, with its standard error, Kenward and Roger's if the test is theirs. */
  readonly estimates: readonly { readonly estimate: number; readonly se: number }[]
}

export interface Extracts {
  readonly measures?: {
    readonly aic: number
    readonly bic: number
    readonly logLik: number
    readonly marginal: number
    readonly conditional: number
    readonly icc: readonly IntraclassCorrelation[]
    /** Of all coefficients but the intercept; null when there are none. */
    readonly wald: WaldTest | null
  }
  readonly effects?: readonly LevelEffect[]
  readonly contrast?: ContrastTest
  /** One list of the length of the rows used for each replicate. */
  readonly simulations?: readonly (readonly number[])[]
}

/** @throws OptionError for a contrast that has not one number for each fixed effect */
export function extract(fit: LmmFit, flags: AnalysisFlags): Extracts {
  const { measures, ranef, contrast, simulate, seed } = flags
  return {
    ...(measures === true ? { measures: measure(fit) } : {}),
    ...(ranef === true ? { effects: listEffects(fit) } : {}),
    ...(contrast === undefined ? {} : { contrast: testRows(fit, contrast, flags) }),
    ...(simulate === undefined
      ? {}
      : {
          simulations: fit
            .simulate(simulate, seed === undefined ? {} : { seed })
            .map((response) => [...response]),
        }),
  }
}

function measure(fit: LmmFit): Extracts["measures"] & {} {
  const { aic, bic, logLik } = fit
  return { aic, bic, logLik, ...fit.rSquared(), icc: fit.icc(), wald: fit.waldTest() }
}

function listEffects(fit: LmmFit): readonly LevelEffect[] {
  const sds = fit.ranefSd()
  const sums = fit.coef()
  return Object.entries(fit.ranef()).flatMap(([group, rows]) =>
    rows.flatMap(({ level, ...terms }, j) =>
      Object.entries(terms).map(([term, effect]): LevelEffect => {
        const of = (table: typeof sds) => Number(table[group]![j]![term])
        return { group, level, term, effect: Number(effect), sd: of(sds), coef: of(sums) }
      }),
    ),
  )
}

function testRows(fit: LmmFit, texts: readonly string[], { ddf }: AnalysisFlags): ContrastTest {
  const names = fit.fixed.map(({ name }) => name)
  const p = names.length
  const rows = texts.map((text) => {
    const cells = text.split(",")
    const row = cells.map((cell) => (cell.trim() === "" ? Number.NaN : Number(cell)))
    if (row.length === p && row.every(Number.isFinite)) return row
    throw new OptionError(`found "${text}", expected ${p} numbers with commas between them`, {
      code: "invalid-option",
      where: "--contrast",
      hint: `give one number for each of ${names.join(", ")}`,
    })
  })
  const options = ddf === undefined ? {} : DDF_OPTIONS[ddf]
  const estimates = fit.estimateContrasts(rows, options).map(({ estimate, se }) => ({ estimate, se }))
  return { estimates, ...fit.testContrast(rows, options) }
}

const right = { align: "right" } as const

/** One block of text for each extract that was asked for. */
export function extractText(
  { measures, effects, contrast, simulations }: Extracts,
  { ddf = "satterthwaite" }: AnalysisFlags,
  fit: LmmFit,
  io: Io,
): string[] {
  return [
    ...(measures === undefined ? [] : [heading("Measures of the fit", io) + measuresText(measures)]),
    ...(effects === undefined ? [] : [heading("Effects of the levels", io) + effectsText(effects, io)]),
    ...(contrast === undefined
      ? []
      : [
          heading(`F test of the contrast, ${DDF_TITLES[ddf]} degrees of freedom`, io) +
            contrastText(contrast, io),
        ]),
    ...(simulations === undefined
      ? []
      : [heading("Responses drawn from the model", io) + simulationsText(simulations, fit, io)]),
  ]
}

function measuresText({
  aic,
  bic,
  logLik,
  marginal,
  conditional,
  icc,
  wald,
}: Extracts["measures"] & {}): string {
  const shares = icc.map(({ group, icc: share }) => `${group} ${share.toFixed(4)}`)
  return [
    `AIC ${aic.toFixed(2)}, BIC ${bic.toFixed(2)}, logLik ${logLik.toFixed(4)}`,
    `R² marginal ${marginal.toFixed(4)}, conditional ${conditional.toFixed(4)}`,
    ...(shares.length === 0 ? [] : [`intraclass correlation ${shares.join(", ")}`]),
    ...(wald === null
      ? []
      : [
          `Wald χ² ${wald.chiSquare.toFixed(2)} on ${wald.df} df, p ${formatP(wald.p)}, of all coefficients but the intercept`,
        ]),
    "",
  ].join("\n")
}

function effectsText(effects: readonly LevelEffect[], io: Io): string {
  const by = (of: (row: LevelEffect) => number) => (row: LevelEffect) => {
    return formatFigure(of(row), decimalsFor(row.sd || Math.abs(row.coef)))
  }
  const columns: readonly TableColumn<LevelEffect>[] = [
    { title: "Group", align: "left", cell: ({ group }) => group },
    { title: "Level", align: "left", cell: ({ level }) => level },
    { title: "Term", align: "left", cell: ({ term }) => term },
    { ...right, title: "Effect", cell: by(({ effect }) => effect) },
    { ...right, title: "Std.Dev.", cell: by(({ sd }) => sd) },
    { ...right, title: "Coefficient", cell: by(({ coef }) => coef) },
  ]
  const note = "effect: BLUP, with its standard deviation given the data; coefficient: with the fixed effect"
  return `${formatTable(columns, effects, io)}${note}\n`
}

function contrastText({ estimates, F, ndf, ddf, p }: ContrastTest, io: Io): string {
  type Row = ContrastTest["estimates"][number]
  const by = (of: (row: Row) => number) => (row: Row) => {
    const decimals = decimalsFor(row.se)
    return formatFigure(of(row), decimals === null ? null : decimals + 1)
  }
  const columns: readonly TableColumn<Row>[] = [
    { ...right, title: "Estimate", cell: by(({ estimate }) => estimate) },
    { ...right, title: "Std. Error", cell: by(({ se }) => se) },
  ]
  const den = ddf === null ? `${ndf} df` : `${ndf} and ${formatFigure(ddf, 2)} df`
  return `${formatTable(columns, estimates, io)}F ${formatFigure(F, 4)} on ${den}, p ${formatP(p)}\n`
}

function simulationsText(simulations: readonly (readonly number[])[], { design }: LmmFit, io: Io): string {
  const rows = Array.from({ length: design.nobs }, (_, i) => i)
  const columns: readonly TableColumn<number>[] = [
    { ...right, title: "row", cell: (i) => String(design.rowIndex[i]! + 1) },
    ...simulations.map(
      (response, k): TableColumn<number> => ({
        ...right,
        title: `sim_${k + 1}`,
        cell: (i) => formatSignificant(response[i]!, 6),
      }),
    ),
  ]
  return formatTable(columns, rows, io)
}
