import { existsSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { drawsFromCsv } from "../../src/draws/csv.ts"
import { chainsOf } from "../../src/draws/draws.ts"
import { listing, run, temporaryFolder } from "./run-main.ts"

const PULP = ["fit", "bright ~ 1 + (1 | operator)", "@pulp"] as const
const SHORT = ["--draws", "500", "--warmup", "200", "--seed", "cli"] as const
/** Single-site, for a while: long enough to be interrupted, and to mix too badly to converge. */
const LONG = [
  "--method",
  "gibbs",
  "--draws",
  "2000000",
  "--monitor",
  "sd[residual]",
  "--workers",
  "1",
] as const

interface FitJson {
  readonly sampling: { readonly seed: string; readonly cancelled: boolean; readonly seconds: number }
  readonly parameters: readonly {
    readonly name: string
    readonly mean: number
    readonly rhat: number | null
  }[]
  readonly priors: readonly { readonly target: string; readonly prior: string; readonly chosenBy: string }[]
  readonly plan: readonly Readonly<Record<string, unknown>>[]
  readonly warnings: readonly string[]
  readonly reml: { readonly sigma: number; readonly fixed: readonly { readonly estimate: number }[] } | null
}

const parse = (text: string): FitJson => JSON.parse(text)

describe("fit --json", () => {
  it("has mean and sd of every effect where these are kept instead of draws", async () => {
    const { stdout } = await run([...PULP, ...SHORT, "--effects", "moments", "--json"])
    const { parameters, ranef } = JSON.parse(stdout)
    expect(parameters.map(({ name }: { name: string }) => name)).toHaveLength(5)
    expect(ranef.operator.map(({ level }: { level: string }) => level)).toEqual(["a", "b", "c", "d"])
    for (const { term, mean, sd } of ranef.operator)
      expect([term, sd > 0, Number.isFinite(mean)]).toEqual(["(Intercept)", true, true])
  })

  it("has the keys of the public interface, in its order", async () => {
    const { status, stdout, stderr } = await run([...PULP, ...SHORT, "--json"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const json = JSON.parse(stdout)
    expect(Object.keys(json)).toEqual([
      "model",
      "sampling",
      "parameters",
      "plan",
      "priors",
      "warnings",
      "reml",
    ])
    expect(json.model).toEqual({
      formula: "bright ~ 1 + (1 | operator)",
      method: "collapsed",
      nobs: 20,
      groups: { operator: 4 },
      dropped: 0,
    })
    const { seconds, ...sampling } = json.sampling
    expect(sampling).toEqual({ chains: 4, draws: 500, warmup: 200, thin: 1, seed: "cli", cancelled: false })
    expect(seconds).toBeGreaterThan(0)
    expect(json.parameters.map((p: { name: string }) => p.name)).toEqual([
      "b[(Intercept)]",
      "sd[operator,(Intercept)]",
      "sd[residual]",
      "var[operator,(Intercept)]",
      "var[residual]",
      ...["a", "b", "c", "d"].map((level) => `u[operator,(Intercept),${level}]`),
    ])
    for (const parameter of json.parameters) {
      expect(Object.keys(parameter)).toEqual(
        "name mean sd mcse_mean q5 q50 q95 rhat ess_bulk ess_tail".split(" "),
      )
    }
    for (const block of json.plan) {
      for (const key of ["targets", "sampler", "formula", "chosenBy", "refused"])
        expect(block).toHaveProperty(key)
    }
    expect(json.priors[0]).toEqual({ target: "Intercept", prior: "flat()", chosenBy: "default" })
    expect(json.warnings).toEqual([])
    expect(json.reml.method).toBe("REML")
    // lme4 1.1-31: sigma(lmer(bright ~ 1 + (1 | operator), pulp))
    expect(json.reml.sigma).toBeCloseTo(0.3259601, 6)
  })

  it("writes null and the reason for a figure that does not exist, and still converges", async () => {
    const { status, stdout } = await run([
      ...PULP,
      ...SHORT,
      "--json",
      "--prior",
      "sd(residual) ~ fixed(0.3)",
    ])
    expect(status).toBe(0)
    const fixed = parse(stdout).parameters.find(({ name }) => name === "sd[residual]")
    expect(fixed).toMatchObject({ mean: 0.3, sd: 0, rhat: null, ess_bulk: null })
    expect(fixed).toHaveProperty("reason")
  })

  it("gives the same draws for the same seed, whatever the workers, and others for another", async () => {
    const means = async (...options: string[]) =>
      parse((await run([...PULP, "--draws", "300", "--json", ...options])).stdout).parameters.map(
        (p) => p.mean,
      )
    const first = await means("--seed", "one", "--workers", "1")
    expect(await means("--seed", "one", "--workers", "4")).toEqual(first)
    expect(await means("--seed", "two", "--workers", "1")).not.toEqual(first)
  })

  it("exits with 2 and says what to do when the chains have not converged", async () => {
    const { status, stdout, stderr } = await run([...PULP, "--method", "gibbs", "--draws", "50", "--json"])
    expect({ status, stderr }).toEqual({ status: 2, stderr: "" })
    expect(parse(stdout).warnings.join(" ")).toContain("Run longer")
  })

  it("has no REML where REML has no answer, and says so", async () => {
    const { status, stdout } = await run([
      ...["fit", "effect ~ 1 + (1 | school)", "@eight_schools", "--json"],
      ...["--prior", "var(residual) ~ fixed(100)", "--seed", "cli"],
    ])
    expect(status).toBe(0)
    const json = parse(stdout)
    expect(json.reml).toBeNull()
    expect(json.warnings).toEqual([
      'There is no REML fit to compare with: grouping factor "school" has 8 levels in 8 rows, expected fewer levels than rows.',
    ])
  })

  it("records what --monitor names", async () => {
    const names = async (monitor: string) =>
      parse((await run([...PULP, ...SHORT, "--json", "--monitor", monitor])).stdout).parameters.map(
        (p) => p.name,
      )
    expect(await names("b")).toEqual(["b[(Intercept)]"])
    expect(await names("sd[residual],b")).toEqual(["b[(Intercept)]", "sd[residual]"])
    expect(await names("u[operator,(Intercept),c]")).toEqual(["u[operator,(Intercept),c]"])
  })

  it("takes priors, contrasts, factors and missing values", async () => {
    const folder = temporaryFolder({
      "d.csv": `y,x,dose,g\n${Array.from({ length: 24 }, (_, i) => `${(i * 7) % 11},${"ab"[i % 2]},${i % 3},g${i % 6}`).join("\n")}\n.,a,1,g1\n`,
    })
    const { stdout } = await run([
      ...["fit", "y ~ x + dose + (1 | g)", path.join(folder, "d.csv"), "--json"],
      ...["--factor", "dose", "--contrasts", "sum", "--na", ".", ...SHORT],
      ...["--prior", "b[x1] ~ normal(0, var = 4)", "--prior", "sd(g) ~ halfCauchy(2)"],
    ])
    const json = parse(stdout)
    expect(JSON.parse(stdout).model.dropped).toBe(1)
    expect(json.parameters.slice(0, 4).map(({ name }) => name)).toEqual([
      "b[(Intercept)]",
      "b[x1]",
      "b[dose1]",
      "b[dose2]",
    ])
    expect(json.priors.filter(({ chosenBy }) => chosenBy === "user")).toEqual([
      { target: "b[x1]", prior: "normal(0, var = 4)", chosenBy: "user" },
      { target: "sd(g)", prior: "halfCauchy(2)", chosenBy: "user" },
    ])
  })
})

describe("fit, for people", () => {
  const lines = async (terminal = {}, ...options: string[]) =>
    (await run([...PULP, ...SHORT, ...options], terminal)).stdout.split("\n")

  it("shows model, priors, the parameters beside REML, and the verdict", async () => {
    const text = await lines()
    expect(text.slice(0, 2)).toEqual([
      "Model     bright ~ 1 + (1 | operator)",
      "Data      @pulp: 20 rows, 4 levels of operator",
    ])
    expect(text[2]).toMatch(
      /^Sampling {2}collapsed, 4 chains, each 500 draws after 200 sweeps of warm-up, seed "cli", \d+\.\d\d s$/,
    )
    expect(text.slice(4, 8)).toEqual([
      "Priors",
      "  Intercept                  flat()       default",
      "  sd(operator, (Intercept))  halfT(3, 1)  default",
      "  sd(residual)               halfT(3, 1)  default",
    ])
    expect(text[9]!.trim().split(/ {2,}/)).toEqual([
      "mean",
      "sd",
      "5%",
      "50%",
      "95%",
      "R-hat",
      "ESS",
      "tail ESS",
      "REML",
    ])
    expect(text[10]).toMatch(/^b\[\(Intercept\)\] +60\.\d+ .* 60\.4\d*$/)
    expect(text[15]).toBe("and 4 random effects; --monitor b,sd,u shows them")
    expect(text[17]).toMatch(
      /^Converged: largest R-hat 1\.0\d\d \(at most 1\.01\), smallest ESS \d+ \(at least 400\)\.$/,
    )
  })

  it("shows single random effects when they are asked for", async () => {
    const text = await lines({}, "--monitor", "b,u")
    expect(text.filter((line) => line.startsWith("u[operator,(Intercept),"))).toHaveLength(4)
    expect(text.some((line) => line.startsWith("and "))).toBe(false)
  })

  it("fits a terminal of 80 columns", async () => {
    const text = await lines({ columns: 80, env: { NO_COLOR: "1" } })
    expect(text.filter((line) => line.length > 80)).toEqual([])
    expect(text.some((line) => line.includes("REML"))).toBe(true)
  })

  it("says in words that the chains have not converged", async () => {
    const { status, stdout } = await run([...PULP, "--method", "gibbs", "--draws", "50"])
    expect(status).toBe(2)
    expect(stdout).toContain("\nNot converged.\n- R-hat is above 1.01")
  })
})

describe("fit --out", () => {
  it("writes draws, summary, plan and manifest, and nothing else", async () => {
    const folder = temporaryFolder()
    const out = path.join(folder, "runs/first")
    const { status, stdout, stderr } = await run([...PULP, ...SHORT, "--out", out, "--json"])
    expect(status).toBe(0)
    expect(stderr).toBe(`wrote draws.csv, summary.csv, plan.json and run.json to ${out}\n`)
    expect(listing(folder)).toEqual([
      "runs",
      "runs/first",
      ...["draws.csv", "plan.json", "run.json", "summary.csv"].map((file) => `runs/first/${file}`),
    ])

    const json = parse(stdout)
    const draws = drawsFromCsv(readFileSync(path.join(out, "draws.csv"), "utf8"), "draws.csv")
    expect(draws.names).toEqual(json.parameters.map(({ name }) => name))
    const chains = chainsOf(draws, "b[(Intercept)]")
    expect(chains.map((chain) => chain.length)).toEqual([500, 500, 500, 500])
    const all = chains.flatMap((chain) => [...chain])
    expect(all.reduce((a, b) => a + b, 0) / all.length).toBeCloseTo(json.parameters[0]!.mean, 9)

    const summary = readFileSync(path.join(out, "summary.csv"), "utf8").split("\n")
    expect(summary[0]).toBe("name,mean,sd,mcse_mean,q5,q50,q95,rhat,ess_bulk,ess_tail")
    expect(summary[2]!.startsWith('"sd[operator,(Intercept)]",')).toBe(true)
    expect(summary).toHaveLength(1 + json.parameters.length + 1)

    const plan = JSON.parse(readFileSync(path.join(out, "plan.json"), "utf8"))
    expect(plan.plan).toEqual(json.plan)
    const manifest = JSON.parse(readFileSync(path.join(out, "run.json"), "utf8"))
    expect(manifest).toMatchObject({
      data: "@pulp",
      sampling: { seed: "cli", chains: 4, draws: 500, drawsMade: [500, 500, 500, 500] },
      converged: true,
      node: process.version,
    })
    expect(manifest.dataHash).toMatch(/^[0-9a-f]{64}$/)
    expect(manifest.command).toContain('gibbsite fit "bright ~ 1 + (1 | operator)" @pulp --draws 500')
  })

  it("replaces an earlier run in a folder and leaves other files alone", async () => {
    const folder = temporaryFolder({ "notes.txt": "mine", "draws.csv": "old" })
    await run([...PULP, ...SHORT, "--out", folder, "--quiet"])
    expect(listing(folder)).toEqual(["draws.csv", "notes.txt", "plan.json", "run.json", "summary.csv"])
    expect(readFileSync(path.join(folder, "draws.csv"), "utf8").startsWith(".chain,.iteration,.draw,")).toBe(
      true,
    )
    expect(readFileSync(path.join(folder, "notes.txt"), "utf8")).toBe("mine")
  })

  it("writes NA where a figure does not exist", async () => {
    const folder = temporaryFolder()
    await run([...PULP, ...SHORT, "--out", folder, "--quiet", "--prior", "sd(residual) ~ fixed(0.3)"])
    const line = readFileSync(path.join(folder, "summary.csv"), "utf8").split("\n")[3]
    expect(line).toMatch(/^sd\[residual\],0\.3,0,.*,NA,NA,NA$/)
  })
})

describe("fit --report", () => {
  it("writes a page that needs nothing else, and says so unless it is to be quiet", async () => {
    const file = path.join(temporaryFolder(), "page.html")
    const { status, stderr } = await run([...PULP, ...SHORT, "--report", file])
    expect({ status, stderr }).toEqual({ status: 0, stderr: `wrote ${file}\n` })
    const page = readFileSync(file, "utf8")
    expect(page).toContain("<!doctype html>")
    expect(page).not.toMatch(/<(script|link|img)[^>]+(src|href)="?https?:/)
    expect((await run([...PULP, ...SHORT, "--report", file, "--quiet"])).stderr).toBe("")
  })

  it("is written without the random effects, too", async () => {
    const file = path.join(temporaryFolder(), "page.html")
    expect((await run([...PULP, ...SHORT, "--report", file, "--monitor", "b"])).status).toBe(0)
    expect(existsSync(file)).toBe(true)
  })
})

describe("progress", () => {
  it("is a bar a chain on a terminal, and the terminal is left as it was", async () => {
    const terminal = { columns: 90, env: { NO_COLOR: "1" } }
    const { stderr, status } = await run(
      [...PULP, "--method", "gibbs", "--draws", "60000", "--monitor", "sd"],
      terminal,
    )
    expect([0, 2]).toContain(status)
    for (const chain of [1, 2, 3, 4]) {
      expect(stderr).toMatch(new RegExp(`chain ${chain} {2}█+ {2}100% {2}done +61000/61000 sweeps`))
    }
    expect(stderr.lastIndexOf("\u001b[?25h")).toBeGreaterThan(stderr.lastIndexOf("\u001b[?25l"))
  })

  it("is nothing in a pipe and with --quiet", async () => {
    const job = [...PULP, "--method", "gibbs", "--draws", "60000", "--monitor", "sd"]
    expect((await run(job)).stderr).toBe("")
    expect((await run([...job, "--quiet"], { columns: 90 })).stderr).toBe("")
  })

  it("is JSON lines when asked for", async () => {
    const { stderr } = await run([...PULP, ...SHORT, "--progress", "json"])
    const lines = stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    for (const line of lines) expect(Object.keys(line)).toEqual(["chain", "phase", "sweep", "sweeps"])
    const last = new Map(lines.map(({ chain, sweep }) => [chain, sweep]))
    expect([...last].sort()).toEqual([1, 2, 3, 4].map((chain) => [chain, 700]))
  })
})

describe("Ctrl-C", () => {
  const cancelOnce = (times = 1) => {
    let left = times
    return (text: string, pressCtrlC: () => void) => {
      if (!text.includes('"sampling"')) return
      for (; left > 0; left--) pressCtrlC()
    }
  }

  it("keeps the draws made so far, says so, and exits with 2", async () => {
    const folder = temporaryFolder()
    const out = path.join(folder, "run")
    const report = path.join(folder, "page.html")
    const { status, stdout, exits } = await run(
      [...PULP, ...LONG, "--progress", "json", "--json", "--out", out, "--report", report],
      { onStderr: cancelOnce() },
    )
    expect({ status, exits }).toEqual({ status: 2, exits: [] })
    const json = parse(stdout)
    expect(json.sampling.cancelled).toBe(true)
    expect(json.parameters[0]!.mean).toBeGreaterThan(0.2)
    const { drawsMade } = JSON.parse(readFileSync(path.join(out, "run.json"), "utf8")).sampling
    for (const made of drawsMade) {
      expect(made).toBeGreaterThan(0)
      expect(made).toBeLessThan(2_000_000)
    }
    expect(existsSync(report)).toBe(true)
  })

  it("is told in words, too", async () => {
    const { stdout } = await run([...PULP, ...LONG, "--progress", "json"], { onStderr: cancelOnce() })
    expect(stdout).toMatch(/\nCancelled after \d+ of 2000000 draws a chain, which are kept\.\n/)
  })

  it("in warm-up leaves no draws, and no report", async () => {
    const folder = temporaryFolder()
    const { status, stdout, stderr } = await run(
      [
        ...PULP,
        ...LONG,
        "--warmup",
        "100000000",
        "--progress",
        "json",
        "--report",
        path.join(folder, "r.html"),
      ],
      { onStderr: (_, pressCtrlC) => pressCtrlC() },
    )
    expect(status).toBe(2)
    expect(stdout).toContain("Cancelled during warm-up: there are no draws.")
    expect(stderr).toContain("wrote no report: there are no draws")
    expect(listing(folder)).toEqual([])
  })

  it("twice ends the process at once", async () => {
    const { exits } = await run([...PULP, ...LONG, "--progress", "json"], { onStderr: cancelOnce(2) })
    expect(exits).toEqual([130])
  })
})

it("takes the same file for data as readTable, with a line break of any kind", async () => {
  const folder = temporaryFolder()
  const csv = readFileSync(new URL("../../data/pulp.csv", import.meta.url), "utf8")
  const file = path.join(folder, "pulp copy.csv")
  writeFileSync(file, `\uFEFF${csv.replaceAll("\n", "\r\n")}`)
  const shipped = await run([...PULP, ...SHORT, "--json"])
  const copied = await run(["fit", PULP[1], file, ...SHORT, "--json"])
  expect(parse(copied.stdout).parameters).toEqual(parse(shipped.stdout).parameters)
})
