/** The prior mini-language of the public interface: `TARGET ~ DIST`; `builder/distributions.ts` has constructors that say the same. */
import { ModelError, ModelSyntaxError } from "../../core/errors.ts"

/** One argument: a number, a list (a diagonal), or rows (a full matrix). */
export type PriorArgument = number | readonly number[] | readonly (readonly number[])[]

/** A distribution with the arguments as the user gave them; meaning is given to them where the target is known. */
export interface DistributionSpec<A> {
  readonly family: string
  readonly positional: readonly A[]
  readonly named: Readonly<Record<string, A>>
}

export type PriorSpec = DistributionSpec<PriorArgument>

/** What a prior is for. `group` is a grouping factor or `residual`; without `term`, every term of the group. */
export type PriorTarget =
  | { readonly kind: "intercept" }
  | { readonly kind: "coefficient"; readonly name: string | null }
  | { readonly kind: "sd" | "var" | "cov"; readonly group: string; readonly term: string | null }

export interface StatedPrior {
  readonly target: PriorTarget
  readonly prior: PriorSpec
  /** As the user wrote it, for messages. */
  readonly text: string
}

/**
 * Reads `TARGET ~ DIST`.
 * @throws ModelSyntaxError with the place, when the text is not a prior
 */
export function parsePrior(text: string): StatedPrior {
  const tilde = text.indexOf("~")
  if (tilde === -1)
    fail(
      text,
      text.length,
      'expected "TARGET ~ DIST", found no "~"',
      'write for instance "sd(county) ~ halfT(3, 1)"',
    )
  return {
    target: parseTarget(text.slice(0, tilde).trim()),
    prior: new PriorParser(text, tilde + 1).parse(),
    text: text.trim(),
  }
}

/** Reads a target: `Intercept`, `b`, `b[name]`, `sd(group)`, `sd(group, term)`, `var(…)`, `cov(group)`. */
export function parseTarget(text: string): PriorTarget {
  if (text === "Intercept" || text === "b[(Intercept)]") return { kind: "intercept" }
  if (text === "b") return { kind: "coefficient", name: null }
  const coefficient = /^b\[(.+)\]$/.exec(text)
  if (coefficient !== null) return { kind: "coefficient", name: coefficient[1]!.trim() }
  const scale = /^(sd|var|cov)\s*\((.+)\)$/.exec(text)
  if (scale === null) throw unknownTarget(text)
  const inside = scale[2]!
  const comma = topLevelComma(inside)
  const group = (comma === -1 ? inside : inside.slice(0, comma)).trim()
  const term = comma === -1 ? null : inside.slice(comma + 1).trim()
  if (group === "" || term === "") throw unknownTarget(text)
  return { kind: scale[1] as "sd" | "var" | "cov", group, term }
}

const unknownTarget = (text: string): ModelSyntaxError =>
  new ModelSyntaxError(`prior: unknown target "${text}"`, {
    code: "prior-target",
    hint: "expected Intercept, b, b[name], sd(group), sd(group, term), var(group), cov(group), sd(residual) or var(residual)",
    span: { text, start: 0, end: text.length },
  })

/** `halfT(3, 2.5)`, `normal(0, var = 0.5)`, `inverseWishart(3, [500, 50])`. */
export function printPrior(prior: PriorSpec): string {
  const named = Object.entries(prior.named).map(([name, value]) => `${name} = ${printArgument(value)}`)
  return `${prior.family}(${[...prior.positional.map(printArgument), ...named].join(", ")})`
}

/** A target as `--prior` writes it: `sd(county, floor)`. */
export function printTarget(target: PriorTarget): string {
  if (target.kind === "intercept") return "Intercept"
  if (target.kind === "coefficient") return target.name === null ? "b" : `b[${target.name}]`
  return `${target.kind}(${target.group}${target.term === null ? "" : `, ${target.term}`})`
}

const printArgument = (value: PriorArgument): string =>
  typeof value === "number" ? String(value) : `[${value.map((v) => printArgument(v)).join(", ")}]`

/** Position of the first comma outside parentheses and brackets, or −1. */
function topLevelComma(text: string): number {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    if ("([".includes(text[i]!)) depth++
    else if (")]".includes(text[i]!)) depth--
    else if (text[i] === "," && depth === 0) return i
  }
  return -1
}

function fail(text: string, position: number, message: string, hint?: string): never {
  throw new ModelSyntaxError(`prior "${text.trim()}": ${message}`, {
    code: "prior-syntax",
    span: { text, start: position, end: position + 1 },
    ...(hint === undefined ? {} : { hint }),
  })
}

/** Recursive descent over `name(arg, name = arg, [list], [[rows]])`. */
class PriorParser {
  private readonly text: string
  private position: number

  constructor(text: string, start: number) {
    this.text = text
    this.position = start
  }

  parse(): PriorSpec {
    const family = this.match(/[A-Za-z][A-Za-z0-9]*/y) ?? this.fail("expected the name of a distribution")
    const positional: PriorArgument[] = []
    const named: Record<string, PriorArgument> = {}
    this.expect("(")
    if (!this.take(")")) {
      do {
        const name = this.match(/[A-Za-z][A-Za-z0-9]*(?=\s*=)/y)
        if (name !== undefined) {
          if (Object.hasOwn(named, name))
            fail(this.text, this.position - 1, `"${name}" is given twice`, "keep one of them")
          this.expect("=")
          named[name] = this.argument()
        } else if (Object.keys(named).length > 0) this.fail("expected name = value after a named argument")
        else positional.push(this.argument())
      } while (this.take(","))
      this.expect(")")
    }
    this.skipSpace()
    if (this.position < this.text.length) this.fail("expected the end")
    return { family, positional, named }
  }

  private argument(): PriorArgument {
    // R's spellings of a list, `c(500, 50)` and `diag(500, 50)`, mean the same as `[500, 50]`.
    const close = this.match(/(?:c|diag)\s*\(/y) !== undefined ? ")" : this.take("[") ? "]" : null
    if (close === null) return this.number()
    const members: PriorArgument[] = []
    do members.push(this.argument())
    while (this.take(","))
    this.expect(close)
    if (members.every((m): m is number => typeof m === "number")) return members
    const rows = members.filter((m): m is readonly number[] => Array.isArray(m) && typeof m[0] === "number")
    if (rows.length !== members.length) this.fail("expected rows of numbers, all of them lists")
    return rows
  }

  private number(): number {
    const digits = this.match(/[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|Inf(?:inity)?)/y)
    if (digits === undefined) this.fail("expected a number")
    return digits.includes("Inf")
      ? (digits.startsWith("-") ? -1 : 1) * Number.POSITIVE_INFINITY
      : Number(digits)
  }

  private skipSpace(): void {
    while (/\s/.test(this.text[this.position] ?? "")) this.position++
  }

  private match(pattern: RegExp): string | undefined {
    this.skipSpace()
    pattern.lastIndex = this.position
    const found = pattern.exec(this.text)?.[0]
    if (found !== undefined) this.position += found.length
    return found
  }

  private take(character: string): boolean {
    this.skipSpace()
    if (this.text[this.position] !== character) return false
    this.position++
    return true
  }

  private expect(character: string): void {
    if (!this.take(character)) this.fail(`expected "${character}"`)
  }

  private fail(expected: string): never {
    const found = this.position < this.text.length ? `found "${this.text[this.position]}"` : "found the end"
    fail(this.text, this.position, `${expected}, ${found}`)
  }
}

/** Names the prior in an error about it, with the text form of the contract: `inverseGamma(-1, 2): …`. */
export function priorError(prior: PriorSpec, target: PriorTarget, message: string, hint: string): ModelError {
  return new ModelError(`${printPrior(prior)}: ${message}`, {
    code: "invalid-prior",
    where: `prior of ${printTarget(target)}`,
    hint,
  })
}
