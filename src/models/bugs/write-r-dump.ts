/** Data of a model as R's `dump` writes them: what JAGS, R and this program read. */
import type { ArrayValue } from "../array-value.ts"

/** Numbers in a line. */
const PER_LINE = 12

/** `name <- c(…)`, one array after another; `NA` where missing. Numbers are written so that they read back as they are. */
export function writeRDump(data: ReadonlyMap<string, ArrayValue>): string {
  return [...data].map(([name, array]) => `\`${name}\` <-\n${printArray(array)}\n`).join("")
}

function printArray({ dims, values }: ArrayValue): string {
  if (dims.length === 1) return values.length === 1 ? printNumber(values[0]!) : printList(values)
  return `structure(${printList(values)}, .Dim = c(${dims.map((n) => `${n}L`).join(", ")}))`
}

function printList(values: Float64Array): string {
  const lines: string[] = []
  for (let k = 0; k < values.length; k += PER_LINE)
    lines.push(Array.from(values.subarray(k, k + PER_LINE), printNumber).join(", "))
  return `c(${lines.join(",\n")})`
}

const printNumber = (x: number): string => (Number.isNaN(x) ? "NA" : String(x))
