/** An explanation as a LaTeX document that compiles by itself, with amsmath alone. */
import { nodeOf, plateOf } from "../models/graph.ts"
import { derivePlan } from "../samplers/derive.ts"
import { type ExplainedBlock, explainPlan } from "../samplers/explain.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import type { Plan } from "../samplers/plan.ts"

/**
 * `\formula` displays a formula in its own size, or scaled down to the line where it is wider than that; `\distribution`
 * takes a formula on one line, and broken at its parameters for where that is wider than the line. `\sloppy`, since
 * names like `sd[Subject,(Intercept)]` cannot be broken.
 */
export const PREAMBLE = String.raw`\documentclass[a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{amsmath,graphicx,textcomp}
\usepackage[margin=2cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\sloppy
\newsavebox{\formulabox}
\newcommand{\formula}[1]{\par\sbox{\formulabox}{$\displaystyle #1$}%
  \hspace*{1em}\ifdim\wd\formulabox>0.95\linewidth
    \resizebox{0.95\linewidth}{!}{\usebox{\formulabox}}\else\usebox{\formulabox}\fi\par}
\newcommand{\distribution}[2]{\sbox{\formulabox}{$\displaystyle #1$}%
  \ifdim\wd\formulabox>0.95\linewidth\formula{#2}\else\formula{#1}\fi}
\begin{document}`

/** Model, full conditionals and reasons; with `derive`, every derivation. */
export function writeLatex(model: HierarchicalModel, plan: Plan, derive: boolean): string {
  const parts = [PREAMBLE, ...modelSection(model, plan), ...conditionalsSection(plan)]
  if (derive) parts.push(...derivationsSection(plan))
  return `${[...parts, "\\end{document}"].join("\n")}\n`
}

function modelSection(model: HierarchicalModel, plan: Plan): string[] {
  const lines = explainPlan(plan, "latex").model.map(({ node, text }) => {
    const plate = nodeOf(plan.model, node).plate
    return text + (plate === null ? "" : `, \\quad ${runsOver(plan, plate)}`)
  })
  return ["\\section*{Model}", `\\texttt{${escapeLatex(model.formula)}}`, ...lines.map(displayed)]
}

/** `j = 1, …, 85 (county)` */
function runsOver(plan: Plan, id: string): string {
  const { index, size, labels } = plateOf(plan.model, id)
  return `${index} = 1, \\ldots, ${size}${labels === null ? "" : `\\ \\text{(${escapeLatex(id)})}`}`
}

function conditionalsSection(plan: Plan): string[] {
  const text = explainPlan(plan)
  const latex = explainPlan(plan, "latex")
  const asRun =
    text.method === "gibbs"
      ? []
      : [
          `\\section*{Sampled by the method ${escapeLatex(text.method)}}`,
          `${escapeLatex(text.chosenBy === "user" ? "Asked for." : `The default: ${text.reason}.`)}`,
          ...explainBlocks(text.blocks, latex.blocks),
        ]
  const rewrites =
    text.rewrites.length === 0
      ? []
      : [
          "\nRewritten, so that every full conditional has a closed form:",
          ...text.rewrites.map(({ note, source }) => `\n${escapeLatex(`${note} [${source}]`)}.`),
        ]
  return [
    ...asRun,
    "\\section*{Full conditionals, in the order of a single-site sweep}",
    ...rewrites,
    ...explainBlocks(text.conditionals, latex.conditionals),
  ]
}

/** Each formula, and in words what draws from it and why. */
function explainBlocks(text: readonly ExplainedBlock[], latex: readonly ExplainedBlock[]): string[] {
  return latex.flatMap(({ formula, sampler }, k) => [
    // A density that is evaluated, not named, is a sentence: it breaks over lines as text.
    isSentence(formula) ? `\n${escapeLatex(text[k]!.formula)}.\n` : displayed(formula),
    `Sampler ${escapeLatex(sampler)}, because: ${escapeLatex(text[k]!.because.join("; "))}.`,
  ])
}

/** Whether a formula is, or says after its `~`, nothing but words. */
const isSentence = (formula: string): boolean => /(^|\\sim )\\text\{(?:[^{}\\]|\\.|\{\})+\}$/.test(formula)

function derivationsSection(plan: Plan): string[] {
  const text = derivePlan(plan)
  return [
    "\\section*{Derivations}",
    ...derivePlan(plan, "latex").flatMap(({ target, steps }, i) => [
      `\\subsection*{\\texttt{${escapeLatex(target)}}}`,
      ...steps.flatMap(({ words, formulas }, k) => [
        `${k + 1}. ${escapeLatex(words)}`,
        ...formulas.map((formula, j) =>
          isSentence(formula) ? `\n${escapeLatex(text[i]!.steps[k]!.formulas[j]!)}.\n` : displayed(formula),
        ),
      ]),
    ]),
  ]
}

/** A formula on its own; that of a distribution may have a line for each of its parameters. */
export function displayed(formula: string): string {
  const call = /^(.* \\sim \\operatorname\{\w+\})\\left\((.+)\\right\)(, \\quad .+)?$/s.exec(formula)
  if (call === null || !formula.includes(PARAMETER_GAP)) return `\\formula{${formula}}`
  const [, head = "", inside = "", range = ""] = call
  const lines = inside.split(PARAMETER_GAP).map((parameter) => `&${parameter}`)
  const broken = `\\begin{aligned} ${head}\\bigl( ${lines.join(",\\\\\n    ")} \\bigr)${range} \\end{aligned}`
  return `\\distribution{${formula}}{${broken}}`
}

/** What stands between the parameters of a distribution, and nowhere else in a formula. */
const PARAMETER_GAP = ",\\; "

const SPECIAL: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "∝": "$\\propto$",
  "×": "$\\times$",
  "∫": "$\\int$",
  "∞": "$\\infty$",
  "²": "$^2$",
}

/** Plain text for LaTeX's text mode. */
export const escapeLatex = (text: string): string =>
  text.replace(/[\\~^<>|"∝×∫∞²{}$&#_%]/g, (c) => SPECIAL[c] ?? `\\${c}`)
