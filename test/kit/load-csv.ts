/** Data sets for tests: those of the project, and those that may stand beside the checkout but cannot ship. */

import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { readTable } from "../../src/data/read-table.ts"
import type { Table } from "../../src/data/table.ts"

const folders = ["../../data/", "../../../shared/data/"].map((path) => {
  return fileURLToPath(new URL(path, import.meta.url))
})

/** Path of a CSV file, or undefined when it is not on this machine. */
export function findCsv(file: string): string | undefined {
  return folders.map((folder) => folder + file).find((path) => existsSync(path))
}

/** The data set called `file`, which ships with the project or was found by {@link findCsv}. */
export async function loadCsv(file: string): Promise<Table> {
  return readTable(findCsv(file) ?? folders[0] + file)
}
