/** The shipped data sets: `datasets.pulp()` in a program, `@pulp` where a path is expected. */

import { readFileSync } from "node:fs"
import { DataError, nearest } from "../core/errors.ts"
import { type DatasetEntry, type DatasetName, datasetRegistry } from "./dataset-registry.ts"
import { readCsv } from "./read-csv.ts"
import type { Table } from "./table.ts"

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

/** One function a data set, named in camel case: `pulp`, `eightSchools`. */
export type Datasets = { readonly [Name in DatasetName as CamelCase<Name>]: () => Table }

export interface DatasetListing extends DatasetEntry {
  /** Without the `@`: `eight_schools`. */
  readonly name: DatasetName
}

const names = Object.keys(datasetRegistry) as readonly DatasetName[]

/** Name in lower case without underscores → name of the file, so that `eight_schools` and `eightSchools` are one. */
const fileNames: ReadonlyMap<string, DatasetName> = new Map(names.map((name) => [fold(name), name]))

/**
 * The shipped data sets. Each call reads the file anew, so the caller owns the table; it is called `@pulp` in messages.
 * Columns are as `readTable("@pulp")` gives them: labels such as `a` are text, labels such as `308` are numeric.
 */
export const datasets: Datasets = Object.fromEntries(
  names.map((name) => [camelCase(name), () => readCsv(datasetCsv(name), `@${name}`)]),
) as Datasets

/** Name, number of rows, description and source of every shipped data set, by name. */
export function datasetNames(): readonly DatasetListing[] {
  return names.map((name) => ({ name, ...datasetRegistry[name] }))
}

/**
 * The name of a shipped data set as its file has it: `eight_schools` for `@eight_schools`, `@eightSchools` and either
 * without the `@`.
 *
 * @throws DataError `unknown-dataset`
 */
export function resolveDatasetName(name: string): DatasetName {
  const bare = name.replace(/^@/, "")
  const found = fileNames.get(fold(bare))
  if (found !== undefined) return found
  const near = nearest(bare, names)
  throw new DataError(`no shipped data set "@${bare}"`, {
    code: "unknown-dataset",
    hint:
      near === undefined
        ? `"gibbsite datasets" lists the ${names.length} there are`
        : `did you mean "@${near}"?`,
  })
}

/** Whether `name`, with or without `@`, is a shipped data set. */
export function isDatasetName(name: string): boolean {
  return fileNames.has(fold(name.replace(/^@/, "")))
}

/**
 * The text of a shipped data set.
 *
 * @param name with or without `@`, in either spelling
 * @throws DataError `unknown-dataset`
 */
export function datasetCsv(name: string): string {
  // From `src/data` and from `dist/lib` alike, the files are two folders up.
  return readFileSync(new URL(`../../data/${resolveDatasetName(name)}.csv`, import.meta.url), "utf8")
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

function fold(name: string): string {
  return name.replaceAll("_", "").toLowerCase()
}
