/** The command line: builds the parser from the registry, runs a command, and turns what goes wrong into one line. */
import { Command, CommanderError } from "commander"
import { VERSION } from "../core/version.ts"
import type { CommandSpec, Context } from "./command.ts"
import { EXIT, type Io, processIo } from "./io.ts"
import { debugOption } from "./options.ts"
import { commands } from "./registry.ts"
import { describeError, usageError } from "./report-error.ts"
import { hasColour, paintFor, widthOf, wrapText } from "./style-text.ts"

/**
 * Runs one command.
 * @param argv what was typed after `gibbsite`
 * @returns the exit status: 0 fine, 1 an error (one line on standard error), 2 it ran, but has not converged
 */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let status: number = EXIT.fine
  const context: Context = { io, argv }
  const program = createProgram(context, (result) => {
    status = result
  })
  if (argv.length === 0) {
    program.outputHelp()
    return status
  }
  try {
    await program.parseAsync(argv, { from: "user" })
    return status
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.fine
    const known = error instanceof CommanderError ? usageError(error, argv) : error
    io.stderr.write(describeError(known, argv.includes("--debug")))
    return EXIT.error
  }
}

function createProgram(context: Context, finish: (status: number) => void): Command {
  const { io } = context
  const paint = paintFor(io.stdout, io.env)
  const program = new Command("gibbsite")
    .description(
      "Turns a hierarchical model into a Gibbs sampler that one can read, runs it on several chains, and holds the posterior against REML.",
    )
    .version(VERSION, "-v, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show the help of a command")
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      // Errors are printed by `main`, as one line.
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(110, widthOf(io.stdout)),
      getOutHasColors: () => hasColour(io.stdout, io.env),
    })
    .configureHelp({
      styleTitle: (text) => paint("bold", text),
      subcommandTerm: (command) => command.name(),
      // Descriptions say themselves what is taken when nothing is given.
      optionDescription: (option) => option.description,
    })
    .exitOverride()
    .addHelpText("after", firstSteps(paint))
  for (const spec of commands) addCommand(program, spec, context, finish)
  return program
}

function addCommand(
  program: Command,
  spec: CommandSpec,
  context: Context,
  finish: (status: number) => void,
): void {
  const paint = paintFor(context.io.stdout, context.io.env)
  const command = program.command(spec.name).summary(spec.summary).description(spec.description)
  for (const { name, description } of spec.arguments) command.argument(name, description)
  for (const option of [...spec.options(), debugOption()]) command.addOption(option)
  const indent = " ".repeat(6)
  const width = widthOf(context.io.stdout)
  const examples = spec.examples.map(
    ({ command: typed, shows }) => `  ${typed}\n${wrapText(indent + shows, width, indent)}`,
  )
  command.addHelpText("after", `\n${paint("bold", "Examples:")}\n${examples.join("\n")}`)
  command.action(async () => finish(await spec.run(command, context)))
}

const firstSteps = (paint: ReturnType<typeof paintFor>): string => `
${paint("bold", "First steps:")}
  gibbsite demo                                                     a model fitted, checked and reported
  gibbsite datasets                                                 data sets to try things on
  gibbsite explain "bright ~ 1 + (1 | operator)" @pulp              what a sampler does, before it runs
  gibbsite fit "Reaction ~ Days + (Days | Subject)" @sleepstudy     a posterior
  gibbsite help fit                                                 every option of a command, with examples`
