/** How constructs look in plain text, LaTeX and MathML. Every user-supplied name is escaped here and nowhere else. */
import type { MathSymbol } from "./graph.ts"
import { GREEK } from "./greek.ts"

export interface Style {
  readonly plus: string
  readonly minus: string
  readonly negative: string
  readonly times: string
  /** Between a factor and one that begins with a digit: `2 · 0.5`, where a blank would read as one number. */
  readonly timesNumber: string
  readonly over: string
  readonly comma: string
  readonly distributedAs: string
  readonly proportional: string
  readonly equals: string
  number(value: number): string
  /** A variable with an optional index; `plain` is its name in plain text. */
  symbol(symbol: MathSymbol, plain: string, index: string | null): string
  index(name: string): string
  gather(map: string, name: string): string
  parentheses(inside: string): string
  /** Null: fractions are written with `over`. */
  readonly fraction: ((top: string, bottom: string) => string) | null
  readonly given: string
  /** A sign between formulas: one of `< > ≤ ≥ = ≠ ∧ ∨ ¬ → … · :`, and `such that`. */
  operator(sign: string): string
  power(base: string, exponent: string): string
  /** Base and exponent as they are, where the caller has seen to parentheses. */
  superscript(base: string, exponent: string): string
  /** `i'` */
  prime(inside: string): string
  /** `g[i]` within an index. */
  bracketed(name: string, indices: string): string
  /** A power whose exponent is any formula. */
  raise(base: string, exponent: string): string
  apply(name: string, argument: string): string
  sum(range: string, body: string): string
  /** Of an empty range: the sign alone. */
  product(range: string, body: string): string
  maximum(range: string, body: string): string
  exp(argument: string): string
  determinant(inside: string): string
  trace(inside: string): string
  condition(name: string, map: string, equals: string): string
  list(elements: readonly string[]): string
  rows(rows: readonly (readonly string[])[]): string
  transpose(inside: string): string
  readonly inverseTakesAny: boolean
  inverse(inside: string): string
  element(inside: string, position: string): string
  call(label: string, parameters: readonly (readonly [string, string])[]): string
  /** Words between formulas. */
  words(text: string): string
}

/** Between an index and a condition on it, or a name and what is said of it. */
export const SUCH_THAT = "such that"

/** Six significant digits, without trailing zeros: enough to recognise a number, short enough to read. */
const short = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return "∞"
  return String(Number(value.toPrecision(6)))
}

export const TEXT: Style = {
  plus: " + ",
  minus: " - ",
  negative: "-",
  times: " * ",
  timesNumber: " * ",
  over: " / ",
  comma: ", ",
  distributedAs: " ~ ",
  proportional: " ∝ ",
  equals: " = ",
  number: short,
  symbol: (_, plain, index) => (index === null ? plain : `${plain}_${index}`),
  index: (name) => name,
  gather: (map, name) => `${map}[${name}]`,
  parentheses: (inside) => `(${inside})`,
  fraction: null,
  given: " | ",
  operator: (sign) => (sign === SUCH_THAT ? ": " : sign === ":" ? sign : ` ${sign} `),
  superscript: (base, exponent) => `${base}^${exponent}`,
  prime: (inside) => `${inside}'`,
  bracketed: (name, indices) => `${name}[${indices}]`,
  power: (base, exponent) => `${base}^${exponent}`,
  raise: (base, exponent) => `${base}^${/^\w+$/.test(exponent) ? exponent : `(${exponent})`}`,
  apply: (name, argument) => `${name}(${argument})`,
  sum: (range, body) => `sum_${range} ${body}`,
  product: (range, body) => `${range === "" ? "Π" : `prod_${range}`} ${body}`,
  maximum: (range, body) => `max_${range} ${body}`,
  exp: (argument) => `exp(${argument})`,
  determinant: (inside) => `|${inside}|`,
  trace: (inside) => `tr(${inside})`,
  condition: (name, map, equals) => `{${name}: ${map}[${name}] = ${equals}}`,
  list: (elements) => `(${elements.join(", ")})`,
  rows: (rows) => `[${rows.map((row) => `[${row.join(", ")}]`).join(", ")}]`,
  transpose: (inside) => `${inside}'`,
  inverseTakesAny: true,
  inverse: (inside) => `inverse(${inside})`,
  element: (inside, position) => `${inside}[${position}]`,
  call: (label, parameters) =>
    `${label}(${parameters.map(([name, value]) => `${name} = ${value}`).join(", ")})`,
  words: (text) => text,
}

/** LaTeX of a Greek letter. */
const GREEK_LATEX: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(GREEK).map(([name, letter]) => [letter, `\\${name}`]),
)

const LATEX_OPERATORS: Readonly<Record<string, string>> = {
  "≤": "\\le",
  "≥": "\\ge",
  "≠": "\\ne",
  "∧": "\\land",
  "∨": "\\lor",
  "¬": "\\lnot",
  "→": "\\to",
  "…": "\\ldots",
  "·": "\\cdot",
}

/** Characters that LaTeX reads otherwise, or has only in formulas. */
const LATEX_TEXT: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "^": "\\^{}",
  "~": "\\~{}",
  "∝": "$\\propto$",
  "×": "$\\times$",
  "∫": "$\\int$",
  "…": "\\ldots{}",
}

/** Text inside `\text{}`, with LaTeX's special characters escaped. */
const latexText = (text: string): string =>
  `\\text{${text.replace(/[\\{}$&#^_%~∝×∫…]/g, (c) => LATEX_TEXT[c] ?? `\\${c}`)}}`

const latexLetter = (letter: string): string =>
  GREEK_LATEX[letter] ?? (/^[A-Za-z]$/.test(letter) ? letter : latexText(letter))

export const LATEX: Style = {
  plus: " + ",
  minus: " - ",
  negative: "-",
  times: " \\, ",
  timesNumber: " \\cdot ",
  over: "/",
  comma: ", ",
  distributedAs: " \\sim ",
  proportional: " \\propto ",
  equals: " = ",
  number: (value) => {
    const [mantissa, exponent] = short(value).split("e")
    if (mantissa === "∞") return "\\infty"
    return exponent === undefined ? mantissa! : `${mantissa} \\cdot 10^{${Number(exponent)}}`
  },
  symbol: ({ letter, squared, subscript }, _, index) => {
    const below = [
      subscript === null
        ? null
        : /^\d+$/.test(subscript)
          ? subscript
          : (GREEK_LATEX[subscript] ?? latexText(subscript)),
      index,
    ]
    const subscripts = below.filter((part) => part !== null)
    const squaredPart = squared ? "^2" : ""
    return `${latexLetter(letter)}${squaredPart}${subscripts.length > 0 ? `_{${subscripts.join(", ")}}` : ""}`
  },
  index: (name) => name,
  gather: (map, name) => `${latexText(map)}[${name}]`,
  parentheses: (inside) => `\\left(${inside}\\right)`,
  fraction: (top, bottom) => `\\frac{${top}}{${bottom}}`,
  power: (base, exponent) =>
    base.includes("^") ? `\\left(${base}\\right)^{${exponent}}` : `${base}^{${exponent}}`,
  given: " \\mid ",
  operator: (sign) =>
    sign === SUCH_THAT ? ":\\, " : sign === ":" ? "{:}" : ` ${LATEX_OPERATORS[sign] ?? sign} `,
  superscript: (base, exponent) => `${base}^{${exponent}}`,
  prime: (inside) => `${inside}'`,
  bracketed: (name, indices) => `${name}[${indices}]`,
  raise: (base, exponent) => `${base.includes("^") ? `\\left(${base}\\right)` : base}^{${exponent}}`,
  apply: (name, argument) =>
    name === "sqrt"
      ? `\\sqrt{${argument}}`
      : name === "log" || name === "exp"
        ? `\\${name}\\left(${argument}\\right)`
        : `\\operatorname{${name}}\\left(${argument}\\right)`,
  sum: (range, body) => `\\sum_{${range}} ${body}`,
  product: (range, body) => `\\prod${range === "" ? "" : `_{${range}}`} ${body}`,
  maximum: (range, body) => `\\max_{${range}} ${body}`,
  exp: (argument) => `\\exp\\left(${argument}\\right)`,
  determinant: (inside) => `\\left|${inside}\\right|`,
  trace: (inside) => `\\operatorname{tr}\\left(${inside}\\right)`,
  condition: (name, map, equals) => `${name}:\\, ${latexText(map)}[${name}] = ${equals}`,
  list: (elements) => `\\left(${elements.join(", ")}\\right)^{\\top}`,
  rows: (rows) => `\\begin{pmatrix}${rows.map((row) => row.join(" & ")).join(" \\\\ ")}\\end{pmatrix}`,
  transpose: (inside) =>
    inside.endsWith("^{\\top}") ? inside.slice(0, -"^{\\top}".length) : `${inside}^{\\top}`,
  inverseTakesAny: false,
  inverse: (inside) => `${inside}^{-1}`,
  element: (inside, position) => `\\left[${inside}\\right]_{${position}}`,
  call: (label, parameters) =>
    `\\operatorname{${label}}\\left(${parameters.map(([name, value]) => `\\text{${name}} = ${value}`).join(",\\; ")}\\right)`,
  words: latexText,
}

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!)
const row = (...parts: readonly string[]): string => `<mrow>${parts.join("")}</mrow>`
const operator = (text: string): string => `<mo>${escapeXml(text)}</mo>`
const word = (text: string): string => `<mtext>${escapeXml(text)}</mtext>`
/** Brackets that grow only around fractions: around a subscript they would tower over the line. */
const fence = (text: string, inside: string): string =>
  inside.includes("<mfrac") ? operator(text) : `<mo stretchy="false">${text}</mo>`
const fenced = (open: string, inside: string, close: string): string =>
  row(fence(open, inside), inside, fence(close, inside))
const TRANSPOSED = "<mo>⊤</mo></msup>"
const between = (parts: readonly string[], separator: string): string => parts.join(operator(separator))

/** Without a font for mathematics browsers lower an index by its height alone, so that a small letter would stay on the line. */
const STRUT = '<mspace width="0" height="0.9em"/>'

export const MATHML: Style = {
  plus: operator("+"),
  minus: operator("−"),
  negative: '<mo form="prefix">−</mo>',
  times: '<mo lspace="0" rspace="0.17em">\u2062</mo>',
  timesNumber: operator("·"),
  over: operator("/"),
  comma: operator(","),
  distributedAs: operator("∼"),
  proportional: operator("∝"),
  equals: operator("="),
  number: (value) => {
    const [mantissa, exponent] = short(value).split("e")
    if (exponent === undefined) return `<mn>${mantissa}</mn>`
    return row(`<mn>${mantissa}</mn>`, operator("·"), `<msup><mn>10</mn><mn>${Number(exponent)}</mn></msup>`)
  },
  symbol: ({ letter, squared, subscript }, _, index) => {
    const base = [...letter].length === 1 ? `<mi>${escapeXml(letter)}</mi>` : word(letter)
    const below = [
      subscript === null
        ? null
        : GREEK_LATEX[subscript] === undefined
          ? word(subscript)
          : MATHML.index(subscript),
      index,
    ].filter((part) => part !== null)
    const sub = row(STRUT, between(below, ","))
    if (squared)
      return below.length === 0
        ? `<msup>${base}<mn>2</mn></msup>`
        : `<msubsup>${base}${sub}<mn>2</mn></msubsup>`
    return below.length === 0 ? base : `<msub>${base}${sub}</msub>`
  },
  index: (name) => (/^\d+$/.test(name) ? `<mn>${name}</mn>` : `<mi>${escapeXml(name)}</mi>`),
  gather: (map, name) => row(word(map), fenced("[", `<mi>${escapeXml(name)}</mi>`, "]")),
  parentheses: (inside) => fenced("(", inside, ")"),
  fraction: (top, bottom) => `<mfrac>${row(top)}${row(bottom)}</mfrac>`,
  power: (base, exponent) =>
    `<msup>${base.startsWith("<msup>") || base.startsWith("<msubsup>") ? fenced("(", base, ")") : row(base)}<mn>${exponent}</mn></msup>`,
  given: operator("∣"),
  operator: (sign) => (sign === "…" ? word(sign) : operator(sign === SUCH_THAT ? ":" : sign)),
  superscript: (base, exponent) => `<msup>${row(base)}${row(exponent)}</msup>`,
  prime: (inside) => `<msup>${row(inside)}<mo>′</mo></msup>`,
  bracketed: (name, indices) => row(name, fenced("[", indices, "]")),
  raise: (base, exponent) => {
    const raised = base.startsWith("<msup>") || base.startsWith("<msubsup>")
    return `<msup>${raised ? fenced("(", base, ")") : row(base)}${row(exponent)}</msup>`
  },
  apply: (name, argument) =>
    name === "sqrt" ? `<msqrt>${argument}</msqrt>` : row(`<mi>${name}</mi>`, fenced("(", argument, ")")),
  sum: (range, body) => row(`<munder><mo>∑</mo>${row(range)}</munder>`, body),
  product: (range, body) =>
    row(range === "" ? operator("∏") : `<munder>${operator("∏")}${row(range)}</munder>`, body),
  maximum: (range, body) => row(`<munder>${operator("max")}${row(range)}</munder>`, body),
  exp: (argument) => row("<mi>exp</mi>", fenced("(", argument, ")")),
  determinant: (inside) => row(operator("|"), inside, operator("|")),
  trace: (inside) => row("<mi>tr</mi>", fenced("(", inside, ")")),
  condition: (name, map, equals) =>
    row(
      `<mi>${escapeXml(name)}</mi>`,
      operator(":"),
      MATHML.gather(map, name),
      operator("="),
      `<mi>${escapeXml(equals)}</mi>`,
    ),
  list: (elements) => `<msup>${fenced("(", between(elements, ","), ")")}${TRANSPOSED}`,
  rows: (rows) => {
    const cells = rows.map((cells) => `<mtr>${cells.map((cell) => `<mtd>${cell}</mtd>`).join("")}</mtr>`)
    return row(operator("("), `<mtable>${cells.join("")}</mtable>`, operator(")"))
  },
  transpose: (inside) =>
    inside.startsWith("<msup>") && inside.endsWith(TRANSPOSED)
      ? inside.slice("<msup>".length, -TRANSPOSED.length)
      : `<msup>${row(inside)}${TRANSPOSED}`,
  inverseTakesAny: false,
  inverse: (inside) => `<msup>${row(inside)}<mrow><mo>−</mo><mn>1</mn></mrow></msup>`,
  element: (inside, position) => `<msub>${fenced("[", inside, "]")}<mtext>${position}</mtext></msub>`,
  call: (label, parameters) => {
    const named = parameters.map(([name, value]) => row(word(name), operator("="), value))
    const open = '<mo stretchy="false">(</mo>'
    const close = '<mo stretchy="false">)</mo>'
    return row(`<mi mathvariant="normal">${escapeXml(label)}</mi>`, open, between(named, ","), close)
  },
  words: (text) => word(text.replace(/^ | $/g, "\u00a0")),
}
