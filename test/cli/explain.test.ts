import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { escapeLatex } from "../../src/cli/latex-document.ts"
import { run } from "./run-main.ts"

const PULP = ["explain", "bright ~ 1 + (1 | operator)", "@pulp"] as const
const SLOPES = ["explain", "Reaction ~ Days + (Days | Subject)", "@sleepstudy"] as const

describe("explain", () => {
  it("prints priors, model, full conditionals and reasons", async () => {
    const { status, stdout, stderr } = await run([...PULP, "--method", "gibbs"])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    for (const text of [
      "Data     @pulp: 20 rows, 4 levels of operator\n",
      "  sd(operator, (Intercept))  halfT(3, 1)  default\n",
      "\nModel\n",
      "\nFull conditionals, in the order of a sweep (method gibbs)",
      "b[(Intercept)] ~ Normal(mean = ",
      "    because  20 normal children (bright)",
      "    refused  slice: an exact full conditional exists",
    ]) {
      expect(stdout).toContain(text)
    }
  })

  it("uses the priors that were stated", async () => {
    const { stdout } = await run([...PULP, "--prior", "var(operator) ~ inverseGamma(2, 100)"])
    expect(stdout).toMatch(/^ {2}var\(operator\) +inverseGamma\(2, 100\) +stated$/m)
    expect(stdout).toContain(
      "var[operator,(Intercept)] ~ InverseGamma(shape = J / 2 + 2, scale = sum_j u[operator]_j^2 / 2 + 100)",
    )
  })

  it("--bugs prints the model in the BUGS language, --out writes it with its data", async () => {
    const { status, stdout } = await run([...SLOPES, "--bugs"])
    expect(status).toBe(0)
    expect(stdout).toContain("    u.Subject[j, 1:2] ~ dmnorm(c(0, 0), Omega.Subject[1:2, 1:2])\n")
    const folder = path.join(mkdtempSync(path.join(tmpdir(), "explain-")), "slopes")
    expect(await run([...SLOPES, "--out", folder])).toMatchObject({ status: 0, stdout })
    expect(readFileSync(path.join(folder, "model.bug"), "utf8")).toBe(stdout)
    const files = [path.join(folder, "model.bug"), path.join(folder, "data.R")]
    expect((await run(["explain", ...files])).stdout).toContain("\nRelations\n  Reaction[i] ~ dnorm(")
    expect((await run(["explain", ...files, "--bugs"])).stderr).toContain("in the BUGS language already")
  })

  it("prints the same relations as for the model in the BUGS language", async () => {
    const { stdout } = await run([...PULP, "--prior", "Intercept ~ normal(0, 9)"])
    expect(stdout).toContain("\nRelations\n  bright[i] ~ dnorm(mu[i], tau.residual)   (20)\n")
  })

  it("--derive adds a derivation of every full conditional", async () => {
    const { stdout } = await run([...PULP, "--derive"])
    expect(stdout).toContain("\nDerivations\n")
    for (const target of ["var[residual]", "b[(Intercept)]", "u[operator]"]) {
      expect(stdout).toContain(`\n${target}\n${"=".repeat(target.length)}\n1. `)
    }
    expect((await run(PULP)).stdout).not.toContain("Derivations")
  })

  it("--derive of a model in the BUGS language goes from prior times likelihood to each full conditional", async () => {
    const pump = ["explain", "examples/bugs/pump/model.bug", "examples/bugs/pump/data.json"]
    const { status, stdout } = await run([...pump, "--derive"])
    expect(status).toBe(0)
    expect(stdout).toContain("\nDerivations\n")
    expect(stdout).toContain("\ntheta[pump]\n===========\n1. The factors of the joint density")
    const json = JSON.parse((await run([...pump, "--derive", "--json"])).stdout)
    expect(json.derivations.map(({ target }: { target: string }) => target)).toContain("theta[pump]")
    expect((await run(pump)).stdout).not.toContain("Derivations")
  })

  it("--json has plan and priors as fit has, the full conditionals, and derivations when asked", async () => {
    const json = JSON.parse((await run([...PULP, "--json"])).stdout)
    const fit = JSON.parse((await run(["fit", PULP[1], PULP[2], "--json", "--draws", "400"])).stdout)
    expect(json.plan).toEqual(fit.plan)
    expect(json.priors).toEqual(fit.priors)
    expect(json.model).toMatchObject(fit.model)
    expect(json.conditionals.map(({ targets }: { targets: string[] }) => targets)).toContainEqual([
      "u[operator]",
    ])
    expect(json).not.toHaveProperty("derivations")
    const derived = JSON.parse((await run([...PULP, "--json", "--derive"])).stdout)
    expect(derived.derivations).toHaveLength(json.conditionals.length)
  })
})

describe("explain --latex", () => {
  const models: readonly (readonly string[])[] = [
    PULP,
    [...PULP, "--method", "gibbs", "--prior", "sd(operator) ~ exponential(1)"],
    SLOPES,
    [...SLOPES, "--method", "blocked", "--prior", "cov(Subject) ~ inverseWishart(3, [[1, 0.1], [0.1, 2]])"],
    ["explain", "log_radon ~ log_uranium + (1 | county)", "@radon"],
    ...["rats", "leuk", "pump", "stagnant", "jaws"].map((name) => [
      "explain",
      `examples/bugs/${name}/model.bug`,
      `examples/bugs/${name}/data.json`,
    ]),
  ]
  it.each(models)(
    "is a whole document whose braces and environments match: %s %s %s %s %s",
    async (...argv) => {
      const { stdout, status } = await run([
        ...argv.filter((word) => word !== undefined),
        "--latex",
        "--derive",
      ])
      expect(status).toBe(0)
      expect(stdout.startsWith("\\documentclass")).toBe(true)
      expect(stdout.endsWith("\\end{document}\n")).toBe(true)
      expect(nesting(stdout)).toEqual([])
      const begins = [...stdout.matchAll(/\\begin\{(\w+)\}/g)].map(([, name]) => name).sort()
      const ends = [...stdout.matchAll(/\\end\{(\w+)\}/g)].map(([, name]) => name).sort()
      expect(ends).toEqual(begins)
      expect(stdout.match(/\\left/g)?.length).toBe(stdout.match(/\\right/g)?.length)
      // Nothing that inputenc does not know: Latin letters with accents and dashes alone.
      expect([...stdout].filter((c) => c.codePointAt(0)! > 0x17f && !"–—…".includes(c))).toEqual([])
    },
  )

  it("gives a distribution on one line, and with a line for each parameter where that is too wide", async () => {
    const { stdout } = await run([...PULP, "--latex", "--method", "gibbs"])
    const shape = "\\text{shape} = \\frac{J}{2} + \\frac{3}{2},"
    const variance = "\\sigma^2_{\\text{operator}} \\sim \\operatorname{InverseGamma}"
    expect(stdout).toContain(`\\distribution{${variance}\\left(${shape}\\; `)
    expect(stdout).toContain(`}{\\begin{aligned} ${variance}\\bigl( &${shape}\\\\\n`)
    expect(stdout).toMatch(/\\bigr\), \\quad i = 1, \\ldots, 20 \\end\{aligned\}/)
  })

  it("escapes what LaTeX reads as a command", () => {
    expect(escapeLatex("a_b & 50% of {x} ~ $y^2$ \\ #1 | <z>")).toBe(
      "a\\_b \\& 50\\% of \\{x\\} \\textasciitilde{} \\$y\\textasciicircum{}2\\$ \\textbackslash{} \\#1 \\textbar{} \\textless{}z\\textgreater{}",
    )
  })
})

/** Braces that are not matched, escaped ones left out. */
function nesting(text: string): string[] {
  const open: number[] = []
  const bad: string[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++
    else if (text[i] === "{") open.push(i)
    else if (text[i] === "}" && open.pop() === undefined) bad.push(text.slice(i - 40, i + 1))
  }
  return [...bad, ...open.map((i) => text.slice(i, i + 40))]
}
