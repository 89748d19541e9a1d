/** The examples of published analyses whose data ship: every number agrees in the digits that were printed. */
import { afterEach, describe, expect, it, vi } from "vitest"

/** Runs an example in this process, from its source, and returns what it prints. */
async function outputOf(name: string): Promise<string[]> {
  const lines: string[] = []
  vi.spyOn(console, "log").mockImplementation((text: string) => {
    lines.push(...text.split("\n"))
  })
  await import(`../../examples/${name}.ts`)
  return lines
}

describe("published analyses", () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it.each([
    ["pulp", 20],
    ["irrigation", 13],
    ["radon", 14],
    ["productivity", 17],
    ["panel-ar1", 8],
    ["grunfeld", 10],
  ])("%s", async (name, count) => {
    const lines = await outputOf(name)
    const compared = lines.filter((line) => / [=≠]( |$)/.test(line))
    expect(compared.length).toBeGreaterThanOrEqual(count)
    const unequal = compared.filter((line) => / ≠( |$)/.test(line))
    // Where the last digit differs, the example says why.
    expect(unequal.filter((line) => line.endsWith(" ≠"))).toEqual([])
    for (const line of unequal) {
      const [published, ours] = line.trim().split(/ {2,}/).slice(1).map(Number) as [number, number]
      expect(Math.abs(ours - published)).toBeLessThan(
        line.includes("bootstrap") ? 0.05 : 1e-4 * Math.abs(published) + 1e-3,
      )
    }
    expect(lines.some((line) => line.includes("posterior, 2 short chains"))).toBe(true)
  })
})
