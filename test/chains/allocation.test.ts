import { execFileSync } from "node:child_process"
import path from "node:path"
import { build } from "rolldown"
import { expect, it } from "vitest"

interface Probe {
  readonly sweep: number
  readonly kernels: readonly { readonly targets: readonly string[]; readonly bytes: number }[]
}

/** A boxed double: V8 makes one for a number that passes between functions it has not merged. */
const BOX = 16

it("a sweep allocates no arrays and no objects: at most the boxed doubles of its gamma draws", async () => {
  const script = path.resolve(import.meta.dirname, "../../dist/test/allocation-probe.js")
  const input = path.join(import.meta.dirname, "allocation-probe.js")
  await build({ input, platform: "node", external: /^[a-z@]/, output: { file: script, format: "esm" } })
  // Optimised beside the run, code and what is merged into it would depend on what else the machine does.
  const flags = ["--no-concurrent-recompilation"]
  const printed = execFileSync(process.execPath, [...flags, script], { encoding: "utf8" })
  const { sweep, kernels }: Probe = JSON.parse(printed)
  expect(kernels.map(({ targets }) => targets[0])).toEqual([
    "var[g,(Intercept)]",
    "var[residual]",
    "b[(Intercept)]",
    "u[g]",
  ])
  for (const { targets, bytes } of kernels) {
    // Normal draws are merged into their kernel but for a rare branch; a gamma draw has a loop that is not.
    expect(bytes, targets[0]!).toBeLessThan(targets[0]!.startsWith("var") ? 4 * BOX : BOX / 2)
  }
  // Two gamma draws, recording included.
  expect(sweep).toBeLessThan(2 * 4 * BOX)
})
