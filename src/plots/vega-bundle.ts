import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { InternalError } from "../core/errors.ts"

export interface BundledScript {
  readonly name: string
  readonly version: string
  /** Safe to stand inside a `<script>` element. */
  readonly code: string
  /** The text of its licence, which asks to be passed on with it. */
  readonly license: string
}

/** Packages in the order in which a page must load them, and the script of each that runs without a module loader. */
const builds = [
  { name: "vega", file: "vega.min.js" },
  { name: "vega-lite", file: "vega-lite.min.js" },
  { name: "vega-embed", file: "vega-embed.min.js" },
] as const

/**
 * The charting scripts, read from the installed packages wherever the package manager put them.
 * @throws InternalError when an installed package lacks its script
 */
export function readVegaBundle(): readonly BundledScript[] {
  const require = createRequire(import.meta.url)
  return builds.map(({ name, file }) => {
    // The main entry of each of the packages lies beside its browser scripts.
    const folder = path.dirname(require.resolve(name))
    const manifest = JSON.parse(readPart(path.join(folder, "..", "package.json"))) as { version: string }
    return {
      name,
      version: manifest.version,
      code: escapeScript(readPart(path.join(folder, file))),
      license: readPart(path.join(folder, "..", "LICENSE")).trim(),
    }
  })
}

/**
 * JavaScript without the two character sequences that end a `<script>` element or change how it is read. In the string
 * and regular expression literals where they can occur, the escaped form means the same.
 */
export function escapeScript(code: string): string {
  return code.replace(/<(?=\/script|!--)/gi, "\\x3C")
}

function readPart(file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch {
    throw new InternalError(`${file} is missing from the installation`)
  }
}
