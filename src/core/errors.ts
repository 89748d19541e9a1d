/**
 * Every error a user can cause is a `GibbsiteError` of one of these classes; anything else that escapes is our bug.
 * A message says what is wrong, where, what was found and what was expected; the `hint` says what to do next.
 */

/** A place in a text the user wrote: `[start, end)` in UTF-16 units of `text`. */
export interface Span {
  readonly text: string
  readonly start: number
  readonly end: number
}

export interface ErrorDetails {
  /** Stable machine-readable code, kebab-case, e.g. `unknown-column`. */
  readonly code: string
  /** The remedy, a phrase: `did you mean "floor"?`. */
  readonly hint?: string
  /** Where: a file and row, a term, an option, a node. */
  readonly where?: string
  /** The offending place in a text, shown with a caret by the command line. */
  readonly span?: Span
  readonly cause?: unknown
}

export class GibbsError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly where: string | undefined
  readonly span: Span | undefined

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = details.code
    this.hint = details.hint
    this.where = details.where
    this.span = details.span
  }

  /** `where: message; hint` on one line, the form the command line prints. */
  oneLine(): string {
    const where = this.where === undefined ? "" : `${this.where}: `
    const hint = this.hint === undefined ? "" : `; ${this.hint}`
    return `${where}${this.message}${hint}`
  }
}

/** A text (formula, prior, BUGS model) that does not parse. */
export class ModelSyntaxError extends GibbsError {}
/** A model that parses and cannot be what the user means: unknown name, wrong shape, impossible prior. */
export class ModelError extends GibbsError {}
/** A file or table that cannot be read or does not fit the model. */
export class DataError extends GibbsError {}
/** An option with a value it cannot have. */
export class OptionError extends GibbsError {}
/** No sampler can draw a block. */
export class PlanError extends GibbsError {}
/** A computation that left the finite numbers. */
export class NumericalError extends GibbsError {}
/** A state that only a defect of this program can produce. */
export class InternalError extends GibbsError {
  constructor(message: string) {
    super(message, { code: "internal", hint: "this is a defect in gibbsite; please report it" })
  }
}

/**
 * Refuses a misspelt option, which would otherwise do nothing in silence.
 * @throws OptionError with the name that was probably meant
 */
export function checkOptionNames(of: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new OptionError(`no option is called "${unknown}"`, {
    code: "unknown-option",
    where: of,
    hint: suggest(unknown, known),
  })
}

/** Two lines: the text, and carets under the offending place. */
export function showSpan(span: Span): string {
  const lineStart = span.start === 0 ? 0 : span.text.lastIndexOf("\n", span.start - 1) + 1
  const newline = span.text.indexOf("\n", span.start)
  const line = span.text.slice(lineStart, newline === -1 ? undefined : newline)
  const column = span.start - lineStart
  const width = Math.max(1, Math.min(span.end, lineStart + line.length) - span.start)
  return `${line}\n${" ".repeat(column)}${"^".repeat(width)}`
}

/** The candidate closest to `name` by edit distance, or undefined when none is near enough to be a typing slip. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= bestDistance) continue
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean "x"?`, or a list of what there is when nothing is near. */
export function suggest(name: string, candidates: readonly string[]): string {
  const near = nearest(name, candidates)
  if (near !== undefined) return `did you mean "${near}"?`
  const shown = candidates.slice(0, 12).join(", ")
  return candidates.length === 0
    ? "there are none"
    : `expected one of ${shown}${candidates.length > 12 ? ", …" : ""}`
}

/** Edits from `a` to `b`, two neighbours swapped counting as one (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swap = swapped ? beforePrevious[j - 2]! + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution, swap))
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}
