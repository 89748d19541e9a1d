/** Statistics on disk: one JSON file that says its format and version; numbers keep every digit. */
import { readFile, writeFile } from "node:fs/promises"
import { DataError } from "../../core/errors.ts"
import { type RowStatistics, STATISTICS_FORMAT } from "./row-statistics.ts"

const ARRAYS = ["codes", "count", "mean", "products"] as const

/** @throws the error of the file system when the file cannot be written */
export async function saveStatistics(statistics: RowStatistics, file: string): Promise<void> {
  const arrays = Object.fromEntries(ARRAYS.map((name) => [name, Array.from(statistics[name])]))
  await writeFile(file, `${JSON.stringify({ ...statistics, ...arrays })}\n`)
}

/** @throws DataError when the file is not there or holds something else */
export async function loadStatistics(file: string): Promise<RowStatistics> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new DataError("the file cannot be read", {
      code: "unreadable-file",
      where: file,
      hint: "check its path",
      cause,
    })
  })
  const value = parse(text, file)
  if (value.format !== STATISTICS_FORMAT) {
    const found = value.format === undefined ? "something else" : String(value.format)
    throw new DataError(`found ${found}, expected statistics of the format ${STATISTICS_FORMAT}`, {
      code: "not-statistics",
      where: file,
      hint: "write the file with saveStatistics",
    })
  }
  const numbers = (name: (typeof ARRAYS)[number]): number[] => {
    const list = value[name]
    if (Array.isArray(list) && list.every((x) => typeof x === "number")) return list
    throw new DataError(`"${name}" is not a list of numbers`, {
      code: "not-statistics",
      where: file,
      hint: "the file was changed or cut short: write it anew with saveStatistics",
    })
  }
  return {
    // The format says what the other fields are.
    ...(value as Pick<RowStatistics, Exclude<keyof RowStatistics, (typeof ARRAYS)[number]>>),
    codes: Int32Array.from(numbers("codes")),
    count: Float64Array.from(numbers("count")),
    mean: Float64Array.from(numbers("mean")),
    products: Float64Array.from(numbers("products")),
  }
}

function parse(text: string, file: string): Partial<Record<keyof RowStatistics, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === "object" && value !== null) return value
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
  }
  throw new DataError("found no JSON object, expected statistics", {
    code: "not-statistics",
    where: file,
    hint: "write the file with saveStatistics",
  })
}
