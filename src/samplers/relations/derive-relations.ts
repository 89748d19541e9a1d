/**
 * The derivation of every conjugate full conditional of a plan of relations: prior times likelihood, each as a function of
 * the element, collected into the kernel of a known density. The formulas come from the pairs that the samplers run.
 */
import { PRINT_STYLES } from "../../models/render.ts"
import { typesetFormula } from "../../models/typeset/typeset.ts"
import type { Derivation } from "../derive.ts"
import type { StyleName } from "../explain.ts"
import type { ConjugateMatch } from "./conjugate-site.ts"
import { writeConjugate } from "./describe-conjugate.ts"
import { writeNormal } from "./describe-normal.ts"
import type { NormalMatch } from "./normal-match.ts"
import type { RelationBlock, RelationPlan } from "./plan-relations.ts"

/**
 * One derivation a block, in the order of a sweep; of blocks without a closed form a sentence. Plain data. What is typeset is
 * read from the text; what is no formula stays words.
 */
export function deriveRelations(plan: RelationPlan, styleName: StyleName = "text"): Derivation[] {
  const { words } = PRINT_STYLES[styleName]
  return writeDerivations(plan).map(({ target, steps }) => ({
    target,
    steps: steps.map((step) => ({
      ...step,
      formulas: step.formulas.map((text) => typesetFormula(text, styleName) ?? words(text)),
    })),
  }))
}

function writeDerivations(plan: RelationPlan): Derivation[] {
  return plan.blocks.map((block) => {
    // A block's match comes from the sampler of its name.
    if (block.sampler === "conjugate") return deriveConjugate(block, block.lowered.match as ConjugateMatch)
    if (block.sampler === "normal") return deriveNormal(block, block.lowered.match as NormalMatch)
    const words =
      WORDS[block.sampler] ??
      `Its density is evaluated up to a constant and drawn from by the sampler "${block.sampler}".`
    return { target: block.targets.join(", "), steps: [{ words, formulas: [block.formula] }] }
  })
}

const WORDS: Readonly<Record<string, string>> = {
  "gaussian-block":
    "The logarithm of prior times likelihood is quadratic in all of these together: a multivariate normal density, whose precision Q adds up over every factor.",
  truncated: "All that the data say is an interval: the prior density, cut off there.",
  enumeration: "The density at every value that it can take, divided by their sum.",
  forward:
    "Nothing observed hangs on them: their full conditional is their distribution given their parents.",
}

function deriveConjugate({ lowered, formula }: RelationBlock, match: ConjugateMatch): Derivation {
  const { head, natural, prior, children, totals, kernel, factor } = writeConjugate(match, lowered.graph)
  const names = [
    `p(${head})`,
    ...children.map(({ text }) => product(text.product, `p(${text.value} | ${head}, …)`)),
  ]
  const letters = natural.map((_, k) => "AB"[k]!)
  return {
    target: head,
    steps: [
      {
        words: `The factors of the joint density that contain ${head}:`,
        formulas: [`p(${head} | rest) ∝ ${names.join(" × ")}`],
      },
      {
        words: `Each as a function of ${head}, without the factors that do not change with it:`,
        formulas: [
          `p(${head}) ∝ ${kernel(head, prior)}`,
          ...children.map(
            ({ text, terms }, k) => `${names[k + 1]} ∝ ${product(text.product, factor(head, terms))}`,
          ),
        ],
      },
      {
        words: `Multiplied together, with like powers of ${head} collected:`,
        formulas: [
          `p(${head} | rest) ∝ ${kernel(head, letters)}`,
          ...letters.map((letter, k) => `${letter} = ${totals[k]}`),
        ],
      },
      { words: "This is the kernel of a known density:", formulas: [formula] },
    ],
  }
}

function deriveNormal({ lowered, formula }: RelationBlock, match: NormalMatch): Derivation {
  const { head, precision, shift, bounds } = writeNormal(match, lowered.graph)
  const inside = bounds.replace(/^, /, " for ")
  return {
    target: head,
    steps: [
      {
        words: `The logarithm of prior times likelihood is quadratic in ${head}:`,
        formulas: [
          `p(${head} | rest) ∝ exp(-(P * ${head}^2 - 2 * h * ${head}) / 2)${inside}`,
          `P = ${precision.join(" + ")}`,
          `h = ${shift.join(" + ")}`,
        ],
      },
      {
        words:
          "Completing the square gives the kernel of a normal density with mean h / P and variance 1 / P:",
        formulas: [`exp(-P * (${head} - h / P)^2 / 2)${inside}`, formula],
      },
    ],
  }
}

const product = (range: string, text: string): string => (range === "" ? text : `${range} ${text}`)
