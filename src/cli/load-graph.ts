/** From the files of a BUGS model to a model with its data. */
import { readFile } from "node:fs/promises"
import { DataError, ModelError, OptionError } from "../core/errors.ts"
import { decodeText } from "../data/decode-text.ts"
import type { ArrayValue } from "../models/array-value.ts"
import { parseBugs } from "../models/bugs/parse.ts"
import { readModelData } from "../models/bugs/read-data.ts"
import { type GraphModel, graphModel } from "../samplers/graph-model.ts"
import { checkRelationMethod, type RelationMethod } from "../samplers/relations/plan-relations.ts"

export interface GraphFlags {
  readonly data?: readonly string[]
  readonly inits?: readonly string[]
  readonly sampler?: readonly string[]
  readonly method?: string
}

export interface LoadedGraph {
  readonly model: GraphModel
  readonly plan: { readonly samplers: Readonly<Record<string, string>>; readonly method: RelationMethod }
  /** What was left out of the files. */
  readonly notes: readonly string[]
}

/** Whether an argument names a file in the BUGS language, and not a formula. */
export const isModelFile = (text: string): boolean =>
  !text.includes("~") && /\.(bug|bugs|jags|txt|mod)$/i.test(text)

/**
 * Reads model, data and initial values. Several files of data are one set; the k-th file of initial values is chain k's.
 * @throws GibbsError of whatever kind is wrong with a file or the model
 */
export async function loadGraph(file: string, flags: GraphFlags): Promise<LoadedGraph> {
  const notes: string[] = []
  const note = (text: string) => void notes.push(text)
  const program = parseBugs(await readModel(file), file)
  const data = new Map<string, ArrayValue>()
  for (const source of flags.data ?? [])
    for (const [name, value] of await readModelData(source, { note })) {
      if (data.has(name)) note(`${name} is in several files of data; the last one counts`)
      data.set(name, value)
    }
  const inits = await Promise.all((flags.inits ?? []).map((source) => readModelData(source, { note })))
  const model = inFile(file, () => graphModel(program, data, { inits }))
  const plan = {
    samplers: readSamplers(flags.sampler ?? []),
    method: checkRelationMethod(flags.method ?? "auto"),
  }
  return { model, plan, notes: [...new Set(notes)] }
}

function inFile<T>(file: string, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    throw nameFile(file, cause)
  }
}

/** A ModelError at a line of a file's text with file and column, as errors of its syntax have them; anything else as it is. */
export function nameFile(file: string, cause: unknown): unknown {
  if (!(cause instanceof ModelError)) return cause
  const { code, hint, where, span, message } = cause
  const line = /^line \d+/.exec(where ?? "")?.[0]
  if (line === undefined || span === undefined) return cause
  const column = span.start - span.text.lastIndexOf("\n", span.start - 1)
  return new ModelError(message, {
    code,
    where: `${file}, ${line}, column ${column}${where!.slice(line.length)}`,
    span,
    cause,
    ...(hint === undefined ? {} : { hint }),
  })
}

async function readModel(file: string): Promise<string> {
  try {
    return decodeText(await readFile(file), file)
  } catch (cause) {
    if (!(cause instanceof Error && "code" in cause && cause.code === "ENOENT")) throw cause
    throw new DataError("no such file", {
      code: "file-not-found",
      where: file,
      hint: "check the path",
      cause,
    })
  }
}

/** `"theta = slice"`. @throws OptionError for another form */
function readSamplers(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const [node, sampler, ...rest] = text.split("=").map((part) => part.trim())
      if (node !== undefined && node !== "" && sampler !== undefined && sampler !== "" && rest.length === 0)
        return [node, sampler]
      throw new OptionError(`found "${text}", expected NODE = SAMPLER`, {
        code: "invalid-option",
        where: "--sampler",
        hint: 'for instance --sampler "theta = slice"',
      })
    }),
  )
}
