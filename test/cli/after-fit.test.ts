/** `gibbsite fit --loo --hypothesis --predict`. */
import { writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { run, temporaryFolder } from "./run-main.ts"

const FIT = [
  "fit",
  "Reaction ~ Days + (Days | Subject)",
  "@sleepstudy",
  "--draws",
  "300",
  "--warmup",
  "300",
  "--quiet",
]
/** Rows of a known and of a new subject. */
function newRows(): string {
  const file = path.join(temporaryFolder(), "rows.csv")
  writeFileSync(file, "Days,Subject\n0,308\n9,308\n9,999\n")
  return file
}

describe("after the fit", () => {
  it("JSON has loo, hypotheses and predictions when asked for", async () => {
    const asked = ["--loo", "--hypothesis", "b[Days] > 10", "--hypothesis", "sd[Subject,Days] / sd[residual]"]
    const { stdout, stderr } = await run([...FIT, ...asked, "--predict", newRows(), "--json"])
    expect(stderr).toBe("")
    const { loo, hypotheses, predictions } = JSON.parse(stdout)
    // lme4's and loo's values: an elpd near −860, about 35 effective parameters.
    expect(loo.elpd).toBeGreaterThan(-880)
    expect(loo.elpd).toBeLessThan(-840)
    expect(loo.pareto_k).toHaveLength(180)
    expect(hypotheses.map(({ hypothesis }: { hypothesis: string }) => hypothesis)).toEqual([
      asked[2],
      asked[4],
    ])
    expect(hypotheses[0].probability).toBeGreaterThan(0.3)
    expect(hypotheses[0].evidence_ratio).toBeCloseTo(
      hypotheses[0].probability / (1 - hypotheses[0].probability),
      10,
    )
    expect(hypotheses[1].probability).toBeNull()
    expect(
      predictions.map(({ row, new_groups }: { row: number; new_groups: string[] }) => [row, new_groups]),
    ).toEqual([
      [1, []],
      [2, []],
      [3, ["Subject: 999"]],
    ])
    expect(predictions[2].se).toBeGreaterThan(2 * predictions[1].se)
  })

  it("text has a paragraph for each", async () => {
    const { stdout } = await run([
      ...FIT,
      "--loo",
      "--hypothesis",
      "sd[residual] > 0",
      "--predict",
      newRows(),
    ])
    expect(stdout).toMatch(/Leave-one-out cross-validation\n {2}elpd {3}-8\d\d\.\d \(se \d+\.\d\)/)
    expect(stdout).toMatch(/sd\[residual\] > 0 .* 1\.000 +over 1200/)
    expect(stdout).toContain("new Subject: 999")
    expect((await run(FIT)).stdout).not.toContain("Hypotheses")
  })

  it.each([
    [
      ["--hypothesis", "b[Day] > 0"],
      'there are no draws of "b[Day]"; did you mean "b[Days]"?',
      "      ^^^^^^",
    ],
    [["--hypothesis", "b[Days] = 0"], 'expected an operator or a comparison, found "="', "^"],
    [["--hypothesis", "u[Subject,Days,308] > 0", "--monitor", "b"], "there are no draws of", "^"],
    [["--loo", "--effects", "moments"], "--effects: --loo needs the draws of u[Subject,(Intercept),308]", ""],
    [["--loo", "--monitor", "b,sd"], "--loo needs the draws of u[Subject,(Intercept),308]", ""],
    [["--predict", "/nowhere/none.csv"], "none.csv", ""],
  ])("%j is refused before sampling", async (flags, message, caret) => {
    const { status, stdout, stderr } = await run([...FIT, ...flags])
    expect([status, stdout]).toEqual([1, ""])
    expect(stderr).toContain(message)
    expect(stderr).toContain(caret.trim())
  })
})
