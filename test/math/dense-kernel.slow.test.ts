import { execFileSync } from "node:child_process"
import path from "node:path"
import { it } from "vitest"

it("the committed binary is what the source compiles to", () => {
  const script = path.resolve(import.meta.dirname, "../../scripts/build-wasm.js")
  execFileSync(process.execPath, [script, "--check"], { stdio: "pipe" })
})
