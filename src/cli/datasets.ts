import { datasetCsv, datasetNames } from "../data/datasets.ts"
import type { Context } from "./command.ts"
import { EXIT } from "./io.ts"
import { paintFor, widthOf, wrapText } from "./style-text.ts"

/** `gibbsite datasets [name]`: the list, or one data set as CSV. @throws DataError for a name that is not there */
export async function runDatasets(name: string | undefined, { io }: Context): Promise<number> {
  io.stdout.write(name === undefined ? listDatasets(io) : datasetCsv(name))
  return EXIT.fine
}

function listDatasets(io: Context["io"]): string {
  const paint = paintFor(io.stdout, io.env)
  const listings = datasetNames()
  const nameWidth = Math.max(...listings.map(({ name }) => name.length)) + 3
  const rowsWidth = Math.max(...listings.map(({ rows }) => String(rows).length))
  const indent = " ".repeat(nameWidth + rowsWidth + 7)
  const lines = listings.map(({ name, rows, description, source }) => {
    const head = `${paint("bold", `@${name}`.padEnd(nameWidth))}${String(rows).padStart(rowsWidth)} rows`
    const text = wrapText(`${description}.`, widthOf(io.stdout) - indent.length, indent).trimStart()
    return `${head}  ${text}\n${indent}${paint("dim", source)}\n`
  })
  return lines.join("")
}
