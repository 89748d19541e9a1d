/**
 * Compiles `scripts/wasm/dense-kernel.ts` with AssemblyScript into `src/math/wasm-dense/binary.ts`, so that neither a build
 * nor a test run from source needs the compiler. `--check` writes nothing and fails when the file is out of date.
 */
import { createHash } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import asc from "assemblyscript/asc"

const root = path.resolve(import.meta.dirname, "..")
const target = path.join(root, "src", "math", "wasm-dense", "binary.ts")
const options =
  "-O3 --converge --noAssert --runtime stub --importMemory --enable simd --enable bulk-memory --use abort="
const outputs = new Map()
const { error, stderr } = await asc.main(
  ["scripts/wasm/dense-kernel.ts", "--outFile", "kernel.wasm", ...options.split(" ")],
  {
    readFile: (name) => {
      try {
        return readFileSync(path.join(root, name), "utf8")
      } catch {
        return null
      }
    },
    writeFile: (name, contents) => outputs.set(name, contents),
    listFiles: () => [],
  },
)
if (error) {
  process.stderr.write(`${stderr}\n${error.message}\n`)
  process.exit(1)
}
const base64 = Buffer.from(outputs.get("kernel.wasm")).toString("base64")
const lines = base64.match(/.{1,96}/g).map((line) => `  "${line}"`)
const source = readFileSync(path.join(root, "scripts/wasm/dense-kernel.ts"))
const text = `/** Made by scripts/build-wasm.js from scripts/wasm/dense-kernel.ts: do not edit. */

/** The module, base64. */
export const DENSE_KERNEL_BASE64 = [
${lines.join(",\n")},
].join("")

/** SHA-256 of the source it was compiled from. */
export const DENSE_KERNEL_SOURCE = "${createHash("sha256").update(source).digest("hex")}"
`
if (!process.argv.includes("--check")) writeFileSync(target, text)
else if (readFileSync(target, "utf8") !== text) {
  process.stderr.write(`${path.relative(root, target)} is out of date: run npm run wasm\n`)
  process.exit(1)
}
