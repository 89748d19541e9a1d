/** What went wrong, as the command line prints it: one line, and a caret under the place in a formula or prior. */
import type { CommanderError } from "commander"
import { GibbsError, InternalError, ModelSyntaxError, OptionError, showSpan } from "../core/errors.ts"

/**
 * `gibbsite: where: what; remedy`. A text that does not parse follows on two lines, the second with a caret. The stack
 * is shown with `debug` alone.
 */
export function describeError(error: unknown, debug: boolean): string {
  const known = error instanceof GibbsError ? error : unexpected(error)
  const lines = [`gibbsite: ${oneLine(known.oneLine())}`]
  if (known instanceof ModelSyntaxError && known.span !== undefined) {
    lines.push(
      ...showSpan(known.span)
        .split("\n")
        .map((line) => `  ${line}`),
    )
  }
  if (debug && error instanceof Error) lines.push(...stacks(error))
  return `${lines.join("\n")}\n`
}

/** Commander's complaint in the words and the form of every other error. */
export function usageError(error: CommanderError, argv: readonly string[]): OptionError {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n")
  const suggestion = /\(Did you mean (?:one of )?(.+)\?\)/.exec(rest.join(" "))?.[1]
  const command = argv.find((word) => !word.startsWith("-"))
  const inCommand = error.code !== "commander.unknownCommand" && command !== undefined
  return new OptionError(first.replaceAll("'", '"').replace(/\.$/, ""), {
    code: error.code,
    ...(inCommand ? { where: command } : {}),
    hint:
      suggestion === undefined
        ? `see "gibbsite ${inCommand ? `${command} ` : ""}--help"`
        : `did you mean "${suggestion}"?`,
  })
}

function unexpected(error: unknown): InternalError {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new InternalError(`internal error: ${what}`)
}

const oneLine = (text: string): string => text.replace(/\s*[\r\n]+\s*/g, " ")

/** The stack of an error and of what caused it. */
function stacks(error: Error): string[] {
  const own = error.stack ?? error.message
  return error.cause instanceof Error ? [own, "caused by", ...stacks(error.cause)] : [own]
}
