/** Drawing with characters: braille dots, two by four in each, and bars in eighths of a character. */

/** A grid of dots shown by braille characters: U+2800 plus a bit for each of the eight dots of a cell. */
export interface DotCanvas {
  /** Dots across and down. */
  readonly width: number
  readonly height: number
  readonly cells: Uint8Array
}

const dotBits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const

/** An empty canvas of so many characters across and down. */
export function createCanvas(columns: number, rows: number): DotCanvas {
  return { width: columns * 2, height: rows * 4, cells: new Uint8Array(columns * rows) }
}

/** Sets a dot, counted from the upper left corner; outside nothing happens. Changes the canvas. */
export function setDot({ width, height, cells }: DotCanvas, x: number, y: number): void {
  if (x < 0 || y < 0 || x >= width || y >= height) return
  const at = (y >> 2) * (width >> 1) + (x >> 1)
  cells[at] = cells[at]! | dotBits[x & 1]![y & 3]!
}

/** Lines of text, one a row of characters. */
export function canvasLines({ width, cells }: DotCanvas): readonly string[] {
  const columns = width >> 1
  return Array.from({ length: cells.length / columns }, (_, row) =>
    Array.from(cells.subarray(row * columns, (row + 1) * columns), (bits) =>
      String.fromCodePoint(0x2800 + bits),
    ).join(""),
  )
}

const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const

/** A bar of a share, 0 to 1, of so many characters, in steps of an eighth. */
export function barText(share: number, columns: number): string {
  const steps = Math.round(Math.max(0, Math.min(1, share)) * columns * 8)
  return "█".repeat(steps >> 3) + eighths[steps & 7]!
}

/** Four significant digits, without an exponent where there is room. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const rounded = Number(value.toPrecision(4))
  const size = Math.abs(rounded)
  return size !== 0 && (size < 1e-4 || size >= 1e7) ? value.toExponential(3) : String(rounded)
}
