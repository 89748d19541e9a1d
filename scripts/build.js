/**
 * Builds the package: declarations of `src` to `dist/types`, and its programs to `dist/lib` with one file for what they
 * share, as a program or a worker thread of hundreds of small files takes half a second to load. Does nothing when `dist`
 * is newer than every source: a second start is instant.
 */
import { execFileSync } from "node:child_process"
import { readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import path from "node:path"
import { build } from "rolldown"
import { bundleOptions } from "./bundle-options.js"

const root = path.resolve(import.meta.dirname, "..")
const stamp = path.join(root, "dist", ".built")
const inputs = ["tsconfig.json", "tsconfig.build.json", "package.json", "package-lock.json"].map((f) =>
  path.join(root, f),
)
for (const entry of readdirSync(path.join(root, "src"), { recursive: true, withFileTypes: true })) {
  inputs.push(path.join(entry.parentPath, entry.name))
}

const built = modified(stamp)
if (built === 0 || inputs.some((file) => modified(file) > built)) {
  const started = new Date()
  const tsc = path.join(
    path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
    "bin",
    "tsc",
  )
  try {
    execFileSync(process.execPath, [tsc, "-p", path.join(root, "tsconfig.build.json")], { stdio: "inherit" })
    rmSync(path.join(root, "dist", "lib"), { recursive: true, force: true })
    await build(bundleOptions)
  } catch (error) {
    // The compiler has printed what it found wrong.
    if (error.status === undefined) console.error(error)
    process.exit(1)
  }
  writeFileSync(stamp, "")
  // A source edited while the compiler ran must count as newer than this build.
  utimesSync(stamp, started, started)
}

/** Modification time in milliseconds, 0 for a file that is not there. */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
