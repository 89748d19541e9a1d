/** Tables on a terminal or in a pipe. */
import Table from "cli-table3"
import type { Io } from "./io.ts"
import { paintFor, widthOf } from "./style-text.ts"

export interface TableColumn<Row> {
  readonly title: string
  readonly align: "left" | "right"
  readonly cell: (row: Row) => string
  /** A terminal that is too narrow loses the columns of the highest number first; without it, never. */
  readonly dropFirst?: number
}

const BARE = Object.fromEntries(
  [
    ..."top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right".split(" "),
    ..."left left-mid mid mid-mid right right-mid middle".split(" "),
  ].map((part) => [part, ""]),
)

/** Rows as aligned columns without rules, two blanks between them; ends in a line break. */
export function formatTable<Row>(columns: readonly TableColumn<Row>[], rows: readonly Row[], io: Io): string {
  const cells = columns.map(({ align, cell }) => {
    const texts = rows.map(cell)
    return align === "right" ? alignPoints(texts) : texts
  })
  const widths = columns.map(({ title }, j) =>
    Math.max(title.length, ...cells[j]!.map((text) => text.length)),
  )
  const shown = fitColumns(columns, widths, io.stdout.isTTY === true ? widthOf(io.stdout) : Infinity)
  const paint = paintFor(io.stdout, io.env)
  const titled = shown.some((j) => columns[j]!.title !== "")
  const table = new Table({
    chars: BARE,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    colAligns: shown.map((j) => columns[j]!.align),
    head: titled ? shown.map((j) => paint("bold", columns[j]!.title)) : [],
  })
  rows.forEach((_, i) => {
    table.push(shown.map((j) => cells[j]![i]!))
  })
  const lines = table.toString().split("\n")
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`
}

/** Pads decimal numbers on the right, so that their points stand below one another; other columns stay. */
function alignPoints(texts: readonly string[]): readonly string[] {
  if (!texts.every((text) => /^(-?\d+(\.\d+)?|-?Inf|-|)$/.test(text))) return texts
  const fractions = texts.map((text) => (text.includes(".") ? text.length - text.indexOf(".") : 0))
  const width = Math.max(0, ...fractions)
  return texts.map((text, i) => text + " ".repeat(width - fractions[i]!))
}

/** The columns that fit in `width`, by position. */
function fitColumns(
  columns: readonly { readonly dropFirst?: number }[],
  widths: readonly number[],
  width: number,
): number[] {
  let shown = columns.map((_, j) => j)
  const total = () => shown.reduce((sum, j) => sum + widths[j]! + 2, -2)
  while (total() > width) {
    const candidates = shown.filter((j) => columns[j]!.dropFirst !== undefined)
    if (candidates.length === 0) break
    const last = candidates.reduce((a, b) => (columns[b]!.dropFirst! > columns[a]!.dropFirst! ? b : a))
    shown = shown.filter((j) => j !== last)
  }
  return shown
}

/** A heading in bold. */
export function heading(text: string, io: Io): string {
  return `${paintFor(io.stdout, io.env)("bold", text)}\n`
}

/** JSON for standard output; NaN and infinities become null. */
export const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
