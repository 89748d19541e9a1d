import type { Command, Option } from "commander"
import type { Io } from "./io.ts"

/** What a command is run with, beside its own arguments and options. */
export interface Context {
  readonly io: Io
  /** As typed, so that a report can say how to repeat it. */
  readonly argv: readonly string[]
}

export interface CommandArgument {
  /** `<required>` or `[optional]`. */
  readonly name: string
  readonly description: string
}

export interface CommandExample {
  readonly command: string
  readonly shows: string
}

/** A command as data. Its program is loaded when it runs, not before: `--help` and errors are instant. */
export interface CommandSpec {
  readonly name: string
  /** One line in the list of commands. */
  readonly summary: string
  /** Paragraphs at the head of its help. */
  readonly description: string
  readonly arguments: readonly CommandArgument[]
  readonly options: () => readonly Option[]
  readonly examples: readonly CommandExample[]
  /** @returns the exit status */
  readonly run: (command: Command, context: Context) => Promise<number>
}
