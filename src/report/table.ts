import { alignCells } from "./format.ts"
import { type Html, html } from "./html.ts"

export interface Column<Row> {
  readonly head: string
  /** Explains the heading to those who point at it. */
  readonly title?: string
  /** Numbers are set flush at the decimal point, names to the left. */
  readonly kind: "number" | "name" | "text"
  readonly text: (row: Row) => string
  /** Whether the cell is to be marked, and what the mark means. */
  readonly alarm?: (row: Row) => string | null
  /** Shown on pointing at the cell. */
  readonly hint?: (row: Row) => string | null
}

/**
 * A table with caption and header cells, in a region that scrolls by itself when the window is narrow and that the
 * keyboard can reach.
 *
 * @param id of the caption; unique on the page
 */
export function renderTable<Row>(
  id: string,
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html {
  const cells = columns.map((column) => columnCells(column, rows))
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table>
<caption id="${id}">${caption}</caption>
<thead><tr>${columns.map(headCell)}</tr></thead>
<tbody>
${rows.map((_, i) => html`<tr>${cells.map((column) => column[i])}</tr>\n`)}</tbody>
</table>
</div>`
}

function headCell<Row>(column: Column<Row>): Html {
  const title = column.title === undefined ? null : html` title="${column.title}"`
  return html`<th scope="col" class="${column.kind}"${title}>${column.head}</th>`
}

function columnCells<Row>(column: Column<Row>, rows: readonly Row[]): readonly Html[] {
  const texts = rows.map(column.text)
  if (column.kind === "name") return texts.map((text) => html`<th scope="row" class="name">${text}</th>`)
  if (column.kind === "text") return texts.map((text) => html`<td class="text">${text}</td>`)
  return alignCells(texts).map((cell, i) => {
    const row = rows[i]!
    const alarm = column.alarm?.(row) ?? null
    const hint = alarm ?? column.hint?.(row) ?? null
    const title = hint === null ? null : html` title="${hint}"`
    // The mark is a sign as well as a colour, and has words for those who see neither.
    const mark =
      alarm === null
        ? null
        : html`<span class="mark" aria-hidden="true">!</span><span class="hidden">${alarm}: </span>`
    return html`<td class="${alarm === null ? "number" : "number alarm"}"${title}>${mark}${cell}</td>`
  })
}
