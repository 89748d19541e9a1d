import { styleText } from "node:util"
import type { Io, Output } from "./io.ts"

type Format = Parameters<typeof styleText>[0]
export type Paint = (format: Format, text: string) => string

/** Whether a stream shows colours: a terminal, unless NO_COLOR (https://no-color.org) or TERM=dumb says otherwise. */
export function hasColour(output: Output, env: Io["env"]): boolean {
  return output.isTTY === true && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb"
}

/** Styles text for a stream, or leaves it as it is. */
export function paintFor(output: Output, env: Io["env"]): Paint {
  return hasColour(output, env)
    ? (format, text) => styleText(format, text, { validateStream: false })
    : (_, text) => text
}

/** Columns to fill: those of the terminal, 100 where the output is no terminal. */
export function widthOf(output: Output): number {
  return output.isTTY === true ? Math.max(40, output.columns ?? 80) : 100
}

/** Text in lines of at most `width` characters, broken at blanks; lines after the first are indented. */
export function wrapText(text: string, width: number, indent = ""): string {
  const lines: string[] = []
  const [start = "", ...words] = text.trimStart().split(" ")
  let line = text.slice(0, text.length - text.trimStart().length) + start
  for (const word of words) {
    if (line.length + 1 + word.length > width) {
      lines.push(line)
      line = indent + word
    } else line += ` ${word}`
  }
  return [...lines, line].join("\n")
}
