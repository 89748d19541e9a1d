/** `gibbsite run`: what it prints and writes beside the summary. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, it } from "vitest"
import { listing, run, temporaryFolder } from "./run-main.ts"

const PUMP = {
  "pump.bug": `# Failures of pumps
model {
  alpha ~ dexp(1)
  beta ~ dgamma(0.1, 1)
  for (i in 1:N) {
    theta[i] ~ dgamma(alpha, beta)
    lambda[i] <- theta[i] * t[i]   # expected
    x[i] ~ dpois(lambda[i])
  }
}
`,
  "pump.R":
    "N <- 10; t <- c(94.3, 15.7, 62.9, 126, 5.24, 31.4, 1.05, 1.05, 2.1, 10.5); x <- c(5, 1, 5, 14, 3, 19, 1, 1, 4, 22)\n",
}
const short = ["--chains", "2", "--draws", "400", "--warmup", "200", "--workers", "1", "--quiet"]

it("prints LOO, DIC and hypotheses, and charts", async () => {
  const folder = temporaryFolder(PUMP)
  const { stdout } = await run([
    ...["run", path.join(folder, "pump.bug"), "--data", path.join(folder, "pump.R"), ...short],
    ...["--loo", "--dic", "--hypothesis", "theta[10] > theta[1]", "--plot", "acf", "--parameters", "alpha"],
  ])
  expect(stdout).toMatch(/Deviance information criterion\n {2}mean deviance {2}4\d\.\d\n {2}p_D +\d\.\d/)
  expect(stdout).toMatch(/Leave-one-out cross-validation\n {2}elpd {3}-\d/)
  expect(stdout).toMatch(/theta\[10\] > theta\[1\] .* 1\.000/)
  expect(stdout).toContain("alpha")
})

it("writes a report with text, graph and conditionals of the model, and draws in the format asked for", async () => {
  const folder = temporaryFolder(PUMP)
  const page = path.join(folder, "pump.html")
  const { stdout } = await run([
    ...["run", path.join(folder, "pump.bug"), "--data", path.join(folder, "pump.R"), ...short, "--json"],
    ...["--dic", "--report", page, "--out", path.join(folder, "out"), "--format", "json"],
  ])
  const { dic } = JSON.parse(stdout) as { dic: Record<string, number> }
  expect(dic.dic).toBeCloseTo(dic.mean_deviance! + dic.p_d!, 9)
  expect(listing(path.join(folder, "out"))).toEqual(["draws.json", "plan.json", "run.json", "summary.csv"])
  const html = readFileSync(page, "utf8")
  expect(html).toContain("<title>pump.bug</title>")
  expect(html).toContain('<span class="comment"># Failures of pumps</span>')
  expect(html).toContain('~ <span class="distribution">dpois</span>(lambda[i])')
  expect(html).toContain("x, observed, for each member of i = 1…10, depends on θ.")
  expect(html).toContain("theta[i] ~ Gamma(")
  expect(html).toContain('id="check-chart-3"')
})

it("says before it samples what would fail after it", async () => {
  const folder = temporaryFolder(PUMP)
  const model = [path.join(folder, "pump.bug"), "--data", path.join(folder, "pump.R")]
  const loo = await run(["run", ...model, "--loo", "--monitor", "alpha"])
  expect(loo.status).toBe(1)
  expect(loo.stderr).toBe(
    "gibbsite: --monitor: --loo needs the draws of theta[1], which are not among those to record; add theta, or leave --monitor out\n",
  )
  const claim = await run(["run", ...model, "--hypothesis", "thet[1] > 0"])
  expect(claim.status).toBe(1)
  expect(claim.stderr).toContain('did you mean "theta[1]"?')
})

it.each([
  [
    "what is wrong with a model",
    "model {\n  for (i in 1:3) { y[i] ~ dnorm(mu, tauu) }\n  mu ~ dnorm(0, 1)\n}\n",
    '{"y":[1,2,3]}',
    'line 2, column 37: undefined variable "tauu"',
  ],
  [
    "a value that no first state allows",
    "model {\n  y ~ dbern(p); p ~ dunif(0, 1)\n}\n",
    '{"y":2}',
    "line 2, column 3: y = 2 is inconsistent with its parents",
  ],
])("names file, line and column of %s", async (_, model, data, message) => {
  const folder = temporaryFolder({ "bad.bug": model, "bad.json": data })
  const file = path.join(folder, "bad.bug")
  const { stderr, status } = await run(["run", file, "--data", path.join(folder, "bad.json")])
  expect(status).toBe(1)
  expect(stderr).toContain(`gibbsite: ${file}, ${message}`)
})
