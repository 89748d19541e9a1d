/** The barrel: what it exports, and its own example. */
import { existsSync } from "node:fs"
import path from "node:path"
import { expect, it } from "vitest"
import * as gibbsite from "../../src/index.ts"
import { temporaryFolder } from "./run-main.ts"

it("exports what the public interface names", () => {
  const named =
    "lmm sample iterateChain reml readTable toTable datasets plots report flat normal inverseGamma inverseWishart " +
    "halfT halfCauchy halfNormal exponential uniform huangWand fixed GibbsError ModelSyntaxError ModelError " +
    "DataError OptionError PlanError NumericalError InternalError"
  for (const name of named.split(" ")) expect(gibbsite).toHaveProperty(name)
})

it("takes a formula and a table all the way to a report", async () => {
  const { halfT, lmm, readTable, reml, report, sample } = gibbsite
  const data = await readTable("@radon")
  const model = lmm("log_radon ~ floor + (floor | county)", data, { priors: { "sd(residual)": halfT(3, 1) } })
  expect(model.plan().explain()).toContain("log_radon_i ~ Normal(")
  const posterior = await sample(model, { chains: 2, draws: 200, warmup: 200, seed: "radon" })
  expect(posterior.summary()[1]!.name).toBe("b[floor]")
  expect(posterior.draws("sd[county,floor]")).toHaveLength(400)
  expect(posterior.ranef().county).toHaveLength(2 * 85)
  expect(posterior.predict([{ floor: 1, county: "AITKIN" }])[0]!.se).toBeGreaterThan(0)
  const fit = reml("log_radon ~ floor + (floor | county)", data)
  const file = path.join(temporaryFolder(), "radon.html")
  await report(posterior, { reml: fit, file })
  expect(existsSync(file)).toBe(true)
  expect(gibbsite.plots.trace(posterior, ["b[floor]"])).toHaveProperty("$schema")
})
