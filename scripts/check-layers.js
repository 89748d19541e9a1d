/**
 * Fails on an import that goes upward or sideways between folders of `src`, and on any cycle between files.
 * `layers.json` holds the number of each folder; type-only imports count.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

/** @returns {string[]} one line for each violation below `root/src`. */
export function checkLayers(root) {
  const source = path.join(root, "src")
  const layers = JSON.parse(readFileSync(path.join(root, "layers.json"), "utf8"))
  const problems = []
  const imports = new Map()
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".ts")) continue
    const file = path.join(entry.parentPath, entry.name)
    imports.set(file, importsOf(file))
  }
  const folderOf = (file) => path.relative(source, file).split(path.sep)[0]
  const show = (file) => path.relative(root, file)
  for (const [file, targets] of imports) {
    const from = folderOf(file)
    if (layers[from] === undefined) problems.push(`${show(file)}: folder "${from}" is not in layers.json`)
    for (const target of targets) {
      if (!existsSync(target)) problems.push(`${show(file)}: imports ${show(target)}, which does not exist`)
      const to = folderOf(target)
      if (to === undefined || to.startsWith("..")) continue
      if (to !== from && !(layers[to] < layers[from]) && from !== "index.ts") {
        problems.push(`${show(file)} (layer ${layers[from]}) imports ${show(target)} (layer ${layers[to]})`)
      }
    }
  }
  return [...problems, ...cycles(imports).map((cycle) => `cycle: ${cycle.map(show).join(" -> ")}`)]
}

function importsOf(file) {
  const text = readFileSync(file, "utf8")
  const pattern = /(?:from\s+|import\s+|import\()\s*"(\.[^"]+)"/g
  return [...text.matchAll(pattern)].map((match) => path.resolve(path.dirname(file), match[1]))
}

function cycles(graph) {
  const found = []
  const state = new Map()
  const stack = []
  const visit = (file) => {
    state.set(file, "open")
    stack.push(file)
    for (const next of graph.get(file) ?? []) {
      if (state.get(next) === "open") found.push([...stack.slice(stack.indexOf(next)), next])
      else if (!state.has(next)) visit(next)
    }
    stack.pop()
    state.set(file, "done")
  }
  for (const file of graph.keys()) if (!state.has(file)) visit(file)
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = checkLayers(path.resolve(import.meta.dirname, ".."))
  for (const problem of problems) console.error(problem)
  if (problems.length > 0) process.exit(1)
  console.log("layers: no upward import, no sideways import, no cycle")
}
