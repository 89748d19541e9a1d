import { sample } from "../chains/sample.ts"
import type { GroupShrinkage } from "../checks/shrinkage.ts"
import { shrinkageOf } from "../checks/shrinkage.ts"
import { datasets } from "../data/datasets.ts"
import { reml } from "../frequentist/reml.ts"
import { report } from "../report/report.ts"
import { lmm } from "../samplers/model.ts"
import type { Context } from "./command.ts"
import { formatFigure } from "./format-figures.ts"
import { describeData } from "./load-model.ts"
import type { DisplayFlags } from "./options.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { runSampling, statusOf } from "./run-sampling.ts"
import { widthOf, wrapText } from "./style-text.ts"
import {
  describeSampling,
  formatShare,
  headLine,
  priorsTable,
  summaryTable,
  verdictText,
} from "./summary-table.ts"
import { checkFile } from "./write-output.ts"

export interface DemoFlags extends DisplayFlags {
  readonly report?: string
}

const FORMULA = "bright ~ 1 + (1 | operator)"
/** Single-site Gibbs moves the intercept against the operators' effects, slowly: one sweep in 25 is kept. */
const SAMPLING = {
  chains: 4,
  warmup: 2000,
  draws: 1000,
  thin: 25,
  seed: "pulp",
  workers: 4,
  method: "gibbs",
} as const

/** `gibbsite demo`: the whole path on four operators. @throws DataError when the report cannot be written */
export async function runDemo(flags: DemoFlags, { io }: Context): Promise<number> {
  const file = flags.report ?? "report.html"
  checkFile("--report", file)
  const data = datasets.pulp()
  const model = lmm(FORMULA, data)
  const prose = (text: string) => `${wrapText(text, widthOf(io.stdout))}\n`
  io.stdout.write(
    [
      prose("Four shift operators made paper pulp, five sheets each. Do they differ in how bright it is?"),
      headLine("Model", FORMULA, io),
      headLine("Data", `@pulp: ${describeData(model)}`, io),
    ].join(""),
  )
  const fit = reml(FORMULA, data)
  const posterior = await runSampling((controls) => sample(model, { ...SAMPLING, ...controls }), flags, io)
  const warnings = [...posterior.verdict().warnings, ...model.messages]
  io.stdout.write(
    [
      `${headLine("Sampling", describeSampling(posterior), io)}\n`,
      `${priorsTable(posterior, io)}\n`,
      heading("Posterior, beside the REML estimates", io),
      `${summaryTable(posterior, fit, false, io)}\n`,
      heading("Operators: deviation from the mean, estimated three ways", io),
      formatTable(shrinkageColumns, posterior.sampling.cancelled ? [] : shrinkageOf(posterior, fit), io),
      prose(
        "OLS takes an operator's own sheets alone. The BLUP (at the REML estimates) and the posterior mean lean on all four operators; the factor is the share of its own estimate that the BLUP gives up.",
      ),
      "\n",
      verdictText(posterior, warnings, io),
    ].join(""),
  )
  await report(posterior, {
    reml: fit,
    file,
    title: "Brightness of paper pulp by operator",
    dataName: "@pulp",
    command: `gibbsite fit "${FORMULA}" @pulp --method gibbs --warmup ${SAMPLING.warmup} --draws ${SAMPLING.draws} --thin ${SAMPLING.thin} --seed ${SAMPLING.seed}`,
  })
  io.stdout.write(
    `Wrote ${file}: open it in a browser.\nThe sampler that ran: gibbsite explain "${FORMULA}" @pulp --method gibbs\n`,
  )
  return statusOf(posterior)
}

const right = { align: "right" } as const
const shrinkageColumns: readonly TableColumn<GroupShrinkage>[] = [
  { title: "", align: "left", cell: ({ level }) => level },
  { ...right, title: "rows", cell: ({ n }) => String(n) },
  { ...right, title: "OLS", cell: ({ ols }) => formatFigure(ols, 3) },
  { ...right, title: "BLUP", cell: ({ blup }) => formatFigure(blup, 3) },
  { ...right, title: "posterior", cell: ({ posteriorMean }) => formatFigure(posteriorMean, 3) },
  { ...right, title: "5%", cell: ({ q5 }) => formatFigure(q5, 3) },
  { ...right, title: "95%", cell: ({ q95 }) => formatFigure(q95, 3) },
  { ...right, title: "factor", cell: ({ shrinkageFactor }) => formatShare(shrinkageFactor) },
]
