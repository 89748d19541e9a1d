/** `npm run example NAME`: builds the package and the examples, and runs one of them in the current folder. */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"

const root = path.resolve(import.meta.dirname, "..")
const [name = "", ...rest] = process.argv.slice(2)
if (!existsSync(path.join(root, "examples", `${name}.ts`))) {
  const files = readdirSync(path.join(root, "examples")).filter((file) => file.endsWith(".ts"))
  const names = files.map((file) => path.parse(file).name)
  console.error(`usage: npm run example NAME, one of: ${names.join(", ")}`)
  process.exit(1)
}
const tsc = path.join(
  path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
  "bin",
  "tsc",
)
try {
  execFileSync(process.execPath, [tsc, "-p", path.join(root, "tsconfig.examples.json")], { stdio: "inherit" })
} catch {
  process.exit(1)
}
// npm runs scripts in the package's folder; what an example writes belongs where the user stands.
const cwd = process.env.INIT_CWD ?? process.cwd()
const compiled = path.join(root, "dist", "examples", `${name}.js`)
process.exit(spawnSync(process.execPath, [compiled, ...rest], { stdio: "inherit", cwd }).status ?? 1)
