/** The pages about the language and the builder: tables are those of the registries (`vitest -u` rewrites them), code runs. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import * as gibbsite from "../../../src/index.ts"
import { bugsDistributions } from "../../../src/models/bugs/distribution-table.ts"
import { argumentCounts, modelFunctions } from "../../../src/models/functions/registry.ts"
import { RELATION_SAMPLERS } from "../../../src/samplers/relations/registry.ts"

const docs = path.join(import.meta.dirname, "../../../docs")
const read = (name: string) => readFileSync(path.join(docs, name), "utf8")
const cell = (text: string) => text.replaceAll("|", "\\|")
const code = (text: string) => `\`${cell(text)}\``
/** Columns as wide as their widest cell, in characters. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((_, k) => Math.max(...[head, ...rows].map((row) => [...row[k]!].length)))
  const rule = widths.map((width) => "-".repeat(width))
  const pad = (text: string, width: number) => text + " ".repeat(width - [...text].length)
  return [head, rule, ...rows]
    .map((row) => `| ${row.map((text, k) => pad(text, widths[k]!)).join(" | ")} |`)
    .join("\n")
}

const sections: Readonly<Record<string, () => string>> = {
  samplers: () =>
    table(
      ["sampler", "what it does"],
      RELATION_SAMPLERS.map(({ name, describe: text }) => [code(name), cell(text)]),
    ),
  distributions: () =>
    table(
      ["distribution", "of", "note"],
      bugsDistributions.map((d) => [
        [
          code(`${d.name}(${d.argumentNames.join(", ")}${d.isVariadic ? ", …" : ""})`),
          ...d.aliases.map(code),
        ].join(" "),
        `${d.discrete ? "discrete " : ""}${d.shape}`,
        cell(d.note),
      ]),
    ),
  functions: () =>
    table(
      ["function", "arguments", ""],
      modelFunctions.map((f) => {
        const { min, max } = argumentCounts(f.arity)
        const count =
          max === Number.POSITIVE_INFINITY ? `${min} or more` : min === max ? `${min}` : `${min} to ${max}`
        return [[f.name, ...(f.aliases ?? [])].map(code).join(" "), count, cell(f.describe)]
      }),
    ),
}

describe("the page about the language", () => {
  it("has the samplers, distributions and functions that there are", async () => {
    const page = Object.entries(sections).reduce(
      (text, [name, render]) =>
        text.replace(
          new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- end -->)`),
          (_, start, end) => `${start}${render()}\n${end}`,
        ),
      read("bugs.md"),
    )
    for (const name of Object.keys(sections)) expect(page).toContain(`<!-- ${name} -->\n|`)
    await expect(page).toMatchFileSnapshot(path.join(docs, "bugs.md"))
  })
})

describe("the page about the builder", () => {
  const blocks = [...read("builder.md").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text!)

  it.each(blocks.map((text, k) => [k + 1, text] as const))("block %i runs", async (_, text) => {
    const body = text.replace(/import \{([^}]*)\} from "gibbsite"/, "const {$1} = gibbsite")
    const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
      ...parts: string[]
    ) => (library: typeof gibbsite) => Promise<void>
    await expect(new AsyncFunction("gibbsite", body)(gibbsite)).resolves.toBeUndefined()
  })
})
