/** Everything a user can get wrong: status 1, one line that says what, where, found, expected and remedy, no files. */
import { mkdirSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { listing, run, temporaryFolder } from "./run-main.ts"

const PULP = ["bright ~ 1 + (1 | operator)", "@pulp"] as const

const FILES = {
  "empty.csv": "",
  "header.csv": "y,g\n",
  "ragged.csv": "y,g\n1,a\n2,b,3\n",
  "text-response.csv": "y,g\n1,a\nx,b\n3,a\n4,b\n",
  "one-level.csv": "y,g\n1,a\n2,a\n3,a\n",
  "level-a-row.csv": "y,g\n1,a\n2,b\n3,c\n4,d\n",
  "constant.csv": "y,x,g\n1,1,a\n2,1,b\n3,1,a\n4,1,b\n5,1,a\n",
  "nan-predictor.csv": "y,x,g\n1,NaN,a\n2,NaN,b\n3,NaN,a\n",
  "infinite.csv": "y,x,g\n1,Inf,a\n2,2,b\n3,3,a\n4,5,b\n",
  "all-dropped.csv": "y,x,g\n1,NA,a\nNA,2,b\n3,3,NA\n",
}

/** Runs in a folder of the files above; paths in messages are shown relative to it. */
async function fail(argv: (folder: string) => readonly string[]): Promise<string> {
  const folder = temporaryFolder(FILES)
  mkdirSync(path.join(folder, "results"))
  const before = listing(folder)
  const { status, stdout, stderr } = await run(argv(folder))
  expect(status).toBe(1)
  expect(stdout).toBe("")
  expect(listing(folder)).toEqual(before)
  expect(stderr.startsWith("gibbsite: ")).toBe(true)
  expect(stderr.endsWith("\n")).toBe(true)
  return stderr.slice("gibbsite: ".length, -1).replaceAll(`${folder}/`, "").replaceAll(folder, "FOLDER")
}

const fitFile = (file: string, formula = "y ~ 1 + (1 | g)") =>
  fail((folder) => ["fit", formula, path.join(folder, file)])

describe("data", () => {
  const cases: readonly [what: string, file: string, formula: string, line: string][] = [
    ["a missing file", "nothing.csv", "y ~ (1 | g)", "nothing.csv: no such file in FOLDER; check the path"],
    [
      "an empty file",
      "empty.csv",
      "y ~ (1 | g)",
      "empty.csv: the file is empty: found no text, expected a header line of column names and rows; check that the file was written completely",
    ],
    [
      "a file without rows",
      "header.csv",
      "y ~ (1 | g)",
      "header.csv: found a header (y, g) and no rows, expected at least one row of data; add rows below the header line",
    ],
    [
      "a ragged row",
      "ragged.csv",
      "y ~ (1 | g)",
      "ragged.csv, line 3: found 3 fields, expected 2 (y, g); put a text that contains a comma in double quotes",
    ],
    [
      "a response that is not numeric",
      "text-response.csv",
      "y ~ (1 | g)",
      'text-response.csv: response "y" is not numeric: row 2 is "x"; expected a number in every row',
    ],
    [
      "an unknown column",
      "one-level.csv",
      "y ~ (1 | gg)",
      'one-level.csv: unknown variable "gg"; did you mean "g"?',
    ],
    [
      "a grouping factor with one level",
      "one-level.csv",
      "y ~ (1 | g)",
      'one-level.csv: grouping factor "g" has one level, "a", expected at least two; take (1 | g) out of the formula',
    ],
    [
      "a level for each row",
      "level-a-row.csv",
      "y ~ (1 | g)",
      'level-a-row.csv: grouping factor "g" has 4 levels in 4 rows, expected fewer levels than rows; its variance cannot be told from the residual\'s; take the term out, or fix the residual variance',
    ],
    [
      "a constant predictor",
      "constant.csv",
      "y ~ x + (1 | g)",
      'constant.csv: predictor "x" is constant (every value is 1); take it out: the intercept says the same',
    ],
    [
      "a predictor of NaN",
      "nan-predictor.csv",
      "y ~ x + (1 | g)",
      'nan-predictor.csv: column "x" is NaN in row 1; expected a finite number; correct the value, or read NaN as missing (na "NA,NaN,")',
    ],
    [
      "an infinite predictor",
      "infinite.csv",
      "y ~ x + (1 | g)",
      'infinite.csv: column "x" is Infinity in row 1; expected a finite number; correct the value, mark it as missing, or change the formula',
    ],
    [
      "missing values in every row",
      "all-dropped.csv",
      "y ~ x + (1 | g)",
      "all-dropped.csv: no row is complete: of 3 rows, missing are y in 1, x in 1, g in 1; take out the predictor that is mostly missing, or fill it",
    ],
  ]
  it.each(cases)("%s", async (_, file, formula, line) => {
    expect(await fitFile(file, formula)).toBe(line)
  })

  it("is refused alike by reml and explain", async () => {
    for (const command of ["reml", "explain"]) {
      const text = await fail((folder) => [command, "y ~ (1 | g)", path.join(folder, "ragged.csv")])
      expect(text).toBe(cases[3]![3])
    }
  })

  it("a level for each row is fine when the residual variance is known", async () => {
    const folder = temporaryFolder(FILES)
    const { status, stderr } = await run([
      "fit",
      "y ~ 1 + (1 | g)",
      path.join(folder, "level-a-row.csv"),
      "--prior",
      "var(residual) ~ fixed(1)",
    ])
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
  })
})

describe("formulas", () => {
  it("show the place with a caret when they do not parse", async () => {
    expect(await fail(() => ["fit", "log_radon ~ floor + (floor | county", "@radon"])).toBe(
      [
        'expected ")", found the end of the formula',
        "  log_radon ~ floor + (floor | county",
        "                                     ^",
      ].join("\n"),
    )
  })

  it("need a random effect", async () => {
    expect(await fail(() => ["fit", "bright ~ 1", "@pulp"])).toBe(
      'bright ~ 1: the formula has no random effect; add a term such as "(1 | group)"',
    )
  })
})

describe("priors", () => {
  const cases: readonly [prior: string, text: string][] = [
    [
      "var(operator) ~ inverseGamma(-1, 2)",
      "prior of var(operator): inverseGamma(-1, 2): shape must be positive, found -1; give a number above 0",
    ],
    [
      "var(operator) ~ inverseGama(1, 2)",
      'prior of var(operator): unknown distribution "inverseGama"; did you mean "inverseGamma"?',
    ],
    [
      "sd(oprator) ~ halfT(3, 1)",
      'prior of sd(oprator): the model has no grouping factor "oprator"; did you mean "operator"?',
    ],
    [
      "var(operator) ~ inverseGamma(1, 2",
      [
        'prior "var(operator) ~ inverseGamma(1, 2": expected ")", found the end',
        "  var(operator) ~ inverseGamma(1, 2",
        "                                   ^",
      ].join("\n"),
    ],
  ]
  it.each(cases)("%s", async (prior, text) => {
    expect(await fail(() => ["fit", ...PULP, "--prior", prior])).toBe(text)
    expect(await fail(() => ["explain", ...PULP, "--prior", prior])).toBe(text)
  })
})

describe("options", () => {
  const counts = { chains: 4, draws: 1000, warmup: 1000, thin: 1, workers: 2 }
  for (const [name, example] of Object.entries(counts)) {
    it.each(["0", "-1", "1.5", "1e3", "many", ""])(`--${name} %j`, async (value) => {
      expect(await fail(() => ["fit", ...PULP, `--${name}`, value])).toBe(
        `--${name}: found "${value}", expected a positive whole number; for instance --${name} ${example}`,
      )
    })
  }

  const cases: readonly [argv: readonly string[], line: string][] = [
    [
      ["--warmup", "3000000000"],
      '--warmup: found "3000000000", expected a positive whole number of at most 2147483647; for instance --warmup 1000',
    ],
    [
      ["--draws", "1000000", "--thin", "10000"],
      "--draws times --thin: found 10000001000 sweeps a chain, expected at most 2147483647; take fewer draws, or thin less",
    ],
    [
      ["--method", "gibs"],
      '--method: found "gibs", expected one of auto, collapsed, blocked, gibbs; did you mean "gibbs"?',
    ],
    [["--monitor", "beta"], 'monitor: nothing is called "beta"; expected one of b, sd, var, u, '],
    [
      ["--monitor", "b,,sd"],
      '--monitor: found "b,,sd", expected names with a comma between them; leave out the empty name',
    ],
    [
      ["--contrasts", "sun"],
      '--contrasts: found "sun", expected one of treatment, sum, helmert, poly; did you mean "sum"?',
    ],
    [["--factor", "brigt"], '@pulp: no column "brigt" (option factor); did you mean "bright"?'],
    [
      ["--numeric", "operator"],
      '@pulp, row 1: column "operator" is to be numeric: found "a", expected a number; ',
    ],
    [
      ["--progress", "bars"],
      '--progress: found "bars", expected one of auto, bar, json, none; did you mean "bar"?',
    ],
    [["--chians", "3"], 'fit: unknown option "--chians"; did you mean "--chains"?'],
    [["--chains"], 'fit: option "--chains <n>" argument missing; see "gibbsite fit --help"'],
    [
      ["extra"],
      'fit: too many arguments for "fit". Expected 2 arguments but got 3; see "gibbsite fit --help"',
    ],
    [["--report", ""], "--report: found an empty text, expected a path; for instance --report results.html"],
  ]
  it.each(cases)("%j", async (argv, line) => {
    const text = await fail(() => ["fit", ...PULP, ...argv])
    expect(text.split("\n")).toHaveLength(1)
    expect(text.startsWith(line), text).toBe(true)
  })
})

describe("commands", () => {
  const cases: readonly [argv: readonly string[], line: string][] = [
    [["fti"], 'unknown command "fti"; did you mean "fit"?'],
    [["walk", "model.bug"], 'unknown command "walk"; see "gibbsite --help"'],
    [["run", "model.bug"], "model.bug: no such file; check the path"],
    [["--foo"], 'unknown option "--foo"; see "gibbsite --help"'],
    [["fit"], 'fit: missing required argument "formula"; see "gibbsite fit --help"'],
    [["fit", "y ~ (1 | g)"], 'fit: missing required argument "data"; see "gibbsite fit --help"'],
    [["datasets", "plup"], 'no shipped data set "@plup"; did you mean "@pulp"?'],
    [
      ["explain", ...PULP, "--json", "--latex"],
      'explain: option "--json" cannot be used with option "--latex"; see "gibbsite explain --help"',
    ],
  ]
  it.each(cases)("%j", async (argv, line) => {
    expect(await fail(() => argv)).toBe(line)
  })
})

describe("output that cannot be written is found before sampling", () => {
  // So long a run that the test would not end if it began.
  const LONG = ["--draws", "100000000", "--monitor", "sd[residual]"]
  const cases: readonly [option: string, place: string, rest: string][] = [
    [
      "--report",
      "nowhere/report.html",
      "its folder does not exist; create the folder first, or name another place",
    ],
    ["--report", "results", "it is a folder, expected a file; name a file in it"],
    ["--report", "empty.csv/r.html", "a part of the path is a file, expected folders; name another place"],
    ["--out", "empty.csv", "there is a file of that name, expected a folder; name another folder"],
    ["--out", "empty.csv/run", "a part of the path is a file, expected folders; name another place"],
  ]
  it.each(cases)("%s %s", async (option, place, rest) => {
    const line = await fail((folder) => ["fit", ...PULP, ...LONG, option, path.join(folder, place)])
    expect(line).toBe(`${option}: cannot write to "${place}": ${rest}`)
  })

  it("a file system that takes no folders", async () => {
    const text = await fail(() => ["fit", ...PULP, ...LONG, "--out", "/proc/gibbsite"])
    expect(text).toBe(
      '--out: cannot write to "/proc/gibbsite": the file system is read-only; name a place elsewhere',
    )
  })

  it("the report of the demo", async () => {
    const line = await fail((folder) => ["demo", "--report", path.join(folder, "nowhere/report.html")])
    expect(line).toContain("its folder does not exist")
  })
})

describe("the stack", () => {
  it("is shown with --debug alone", async () => {
    const argv = ["fit", "bright ~ 1 + (1 | oprator)", "@pulp"]
    const plain = (await run(argv)).stderr
    expect(plain.split("\n")).toHaveLength(2)
    const { stderr, status } = await run([...argv, "--debug"])
    expect(status).toBe(1)
    expect(stderr.startsWith(plain)).toBe(true)
    expect(stderr).toMatch(/\n {4}at /)
  })
})
