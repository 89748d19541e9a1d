/**
 * `npm run example NAME`: builds the package and the examples, and runs one of them in the current folder. `bugs/NAME` is a
 * BUGS model, compared with what was published of it.
 */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"

const root = path.resolve(import.meta.dirname, "..")
const [name = "", ...rest] = process.argv.slice(2)
const folder = path.join(root, "examples", name)
const isModel = name.startsWith("bugs/") && existsSync(path.join(folder, "model.bug"))
if (!isModel && !existsSync(`${folder}.ts`)) {
  const list = (under) => readdirSync(path.join(root, "examples", under))
  const models = list("bugs").filter((one) =>
    existsSync(path.join(root, "examples", "bugs", one, "model.bug")),
  )
  const names = [
    ...list("").flatMap((file) => (file.endsWith(".ts") ? [path.parse(file).name] : [])),
    ...models.map((model) => `bugs/${model}`),
  ]
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
const compiled = path.join(root, "dist", "examples", isModel ? "bugs/compare.js" : `${name}.js`)
const args = isModel ? [folder, ...rest] : rest
process.exit(spawnSync(process.execPath, [compiled, ...args], { stdio: "inherit", cwd }).status ?? 1)
