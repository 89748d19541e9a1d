import { execFileSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

interface Probe {
  readonly sweep: number
  readonly kernels: readonly { readonly targets: readonly string[]; readonly bytes: number }[]
}

/** A boxed double: V8 makes one for a number that passes between functions it has not merged. */
const BOX = 16

it("a sweep allocates no arrays and no objects: at most the boxed doubles of its gamma draws", () => {
  const script = fileURLToPath(new URL("./allocation-probe.js", import.meta.url))
  const { sweep, kernels }: Probe = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" }))
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
