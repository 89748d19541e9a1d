/** What the examples of published analyses share: finding the data, and printing *published | ours | difference*. */
import { existsSync } from "node:fs"
import path from "node:path"
import { type HierarchicalModel, type LmmFit, readTable, sample, type Table } from "gibbsite"

/** A label, the number as it is printed, ours, and a remark where the two differ for a reason. */
export type Row = readonly [label: string, published: string, ours: number, remark?: string]

/** Prints the rows; "=" marks those that agree in every printed digit. */
export function compare(title: string, rows: readonly Row[]): void {
  console.log(
    `\n${title}\n${"".padEnd(44)}${"published".padStart(14)}${"ours".padStart(16)}${"difference".padStart(13)}`,
  )
  for (const [label, published, ours, remark] of rows) {
    const decimals = published.split(".")[1]?.length ?? 0
    const difference = ours - Number(published)
    const agrees = Math.abs(difference) <= 0.5000001 * 10 ** -decimals
    const shown = ours.toFixed(decimals + 2).padStart(16)
    const note = remark === undefined ? "" : `  ${remark}`
    console.log(
      `${label.padEnd(44)}${published.padStart(14)}${shown}${difference.toExponential(1).padStart(13)} ${agrees ? "=" : "≠"}${note}`,
    )
  }
}

/** Short chains of the Bayesian counterpart, beside the REML estimates of the same quantities. */
export async function beside(title: string, model: HierarchicalModel, fit: LmmFit): Promise<void> {
  const post = await sample(model, { chains: 2, draws: 500, warmup: 500, seed: "published", workers: 1 })
  const estimates = new Map(fit.confint().map(({ name, estimate }) => [name, estimate]))
  console.log(
    `\n${title}: posterior, 2 short chains, default priors\n${"".padEnd(44)}${"REML".padStart(14)}${"mean".padStart(16)}${"sd".padStart(13)}`,
  )
  for (const { name, mean, sd } of post.summary()) {
    const estimate = estimates.get(name)
    if (estimate === undefined || estimate === null) continue
    console.log(
      `${name.padEnd(44)}${estimate.toFixed(4).padStart(14)}${mean.toFixed(4).padStart(16)}${sd.toFixed(4).padStart(13)}`,
    )
  }
}

/**
 * Data that do not come with the package: the path given on the command line, or `shared/data` beside the repository.
 * Says where the data come from, and returns null, when there is no such file.
 */
export async function readOwn(name: string, source: string): Promise<Table | null> {
  const folders = [1, 2, 3, 4].map((up) =>
    path.join(import.meta.dirname, ...Array<string>(up).fill(".."), "shared/data"),
  )
  const candidates = [process.argv[2], ...folders.map((folder) => path.join(folder, `${name}.csv`))]
  const file = candidates.find((candidate) => candidate?.endsWith(".csv") === true && existsSync(candidate))
  if (file !== undefined) return await readTable(file)
  console.log(
    `The data are not part of this package. They are ${source}: write them to ${name}.csv, with a header, and give its path:\n  npm run example ${name} -- ${name}.csv`,
  )
  return null
}

/** The standard deviation of a random term, `sd[group,term]`; of the residuals without a name. */
export function sdOf(fit: LmmFit, group = "residual", term?: string): number {
  const row = fit.varcorr.find(
    (entry) =>
      "sd" in entry &&
      entry.group === group &&
      (term === undefined || ("term" in entry && entry.term === term)),
  )
  return row !== undefined && "sd" in row ? row.sd : Number.NaN
}

/** The first correlation of a grouping factor. */
export function corOf(fit: LmmFit, group: string): number {
  const row = fit.varcorr.find((entry) => "cor" in entry && entry.group === group)
  return row !== undefined && "cor" in row ? row.cor : Number.NaN
}

/** Fixed effects by name. */
export function fixedOf(fit: { readonly fixed: LmmFit["fixed"] }, name: string): LmmFit["fixed"][number] {
  return fit.fixed.find((effect) => effect.name === name)!
}
