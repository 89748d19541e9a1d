import { ModelError, nearest } from "../core/errors.ts"
import { cholesky } from "../math/small-dense.ts"
import type { ArgumentForm, Constraint, Distribution, ParameterSpec } from "./distribution.ts"

/** What a violated constraint says, and what to do about it. */
const CONSTRAINTS: Readonly<Record<Constraint, { text: string; remedy: string }>> = {
  real: { text: "must be finite", remedy: "give a finite number" },
  positive: { text: "must be positive", remedy: "give a number above 0" },
  nonnegative: { text: "must not be negative", remedy: "give 0 or a number above it" },
  probability: { text: "must be between 0 and 1", remedy: "give a probability" },
  integer: { text: "must be an integer", remedy: "give a whole number" },
  count: { text: "must be 0, 1, 2, …", remedy: "give a whole number that is not negative" },
  weights: {
    text: "must not be negative, nor all 0",
    remedy: "give probabilities, up to a common factor",
  },
  increasing: { text: "must increase", remedy: "give the numbers in increasing order" },
  aboveDimension: {
    text: "must exceed q - 1",
    remedy: "q is the number of rows of the matrix",
  },
  positiveDefinite: {
    text: "must be symmetric and positive definite",
    remedy: "give a positive number, a positive diagonal, or the rows of a covariance matrix",
  },
}

/**
 * Checks canonical parameters, laid out as `Distribution` states (`[df, ...scale]` for a matrix family of dimension q).
 *
 * @throws ModelError for a wrong number of values, one that is not finite or breaks its constraint, or values that
 * contradict each other: `inverseGamma(-1, 2): shape must be positive, found -1`
 */
export function validateParameters(distribution: Distribution, values: readonly number[], q = 1): void {
  const { name, parameters } = distribution
  const expected = parameters.reduce((sum, spec) => sum + lengthOf(spec, q), 0)
  if (values.length !== expected) throw wrongCount(distribution, values.map(String), values.length)
  const parts = split(parameters, values, q)
  const call = `${name}(${parts.map((part, k) => printPart(part, parameters[k]!, q)).join(", ")})`
  checkParts(call, parameters, parts, q)
  checkRelation(distribution, call, values)
}

/**
 * Canonical parameters of a family of one number from what the user wrote: arguments without a name fill a form from the
 * left, the others by name. `normal(0, 2)` and `normal(0, var = 4)` both give `[0, 4]`.
 *
 * @throws ModelError when no form takes these arguments, or as `validateParameters`, in the user's own terms:
 * `normal(0, var = -1): var must be positive, found -1`
 */
export function canonicalParameters(
  distribution: Distribution,
  positional: readonly number[],
  named: Readonly<Record<string, number>> = {},
): number[] {
  const entries = Object.entries(named)
  const texts = [...positional.map(String), ...entries.map(([key, value]) => `${key} = ${value}`)]
  const call = `${distribution.name}(${texts.join(", ")})`
  const form = distribution.forms.find((candidate) => takes(candidate, positional.length, Object.keys(named)))
  if (form === undefined) throw noForm(distribution, texts, call, positional.length, Object.keys(named))
  const values = form.arguments.map((spec, k) => (k < positional.length ? positional[k]! : named[spec.name]!))
  checkParts(call, form.arguments, values.map(single), 1)
  const canonical = form.toCanonical?.(values) ?? values
  // An sd of 1e-200 is a fine number whose square is not.
  checkParts(call, distribution.parameters, canonical.map(single), 1)
  checkRelation(distribution, call, canonical)
  return canonical
}

function takes(form: ArgumentForm, positional: number, names: readonly string[]): boolean {
  const byName = form.arguments.slice(positional).map((spec) => spec.name)
  return form.arguments.length === positional + names.length && names.every((name) => byName.includes(name))
}

function checkParts(
  call: string,
  specs: readonly ParameterSpec[],
  parts: readonly (readonly number[])[],
  q: number,
): void {
  specs.forEach((spec, k) => {
    const part = parts[k]!
    const bad = part.find((value) => !Number.isFinite(value))
    if (bad !== undefined) throw violation(call, spec, CONSTRAINTS.real, printNumber(bad))
    const breaking = findViolation(spec.constraint, part, q)
    if (breaking === undefined) return
    const { text, remedy } = CONSTRAINTS[spec.constraint]
    const stated = spec.constraint === "aboveDimension" ? `${text} = ${q - 1}` : text
    throw violation(call, spec, { text: stated, remedy }, breaking)
  })
}

/**
 * What is wrong with one parameter's values (a matrix row-major, q × q): `precision must be positive, found -1`; undefined when nothing is.
 */
export function describeViolation(
  spec: ParameterSpec,
  part: readonly number[],
  q: number,
): string | undefined {
  const bad = part.find((value) => !Number.isFinite(value))
  if (bad !== undefined) return `${spec.name} ${CONSTRAINTS.real.text}, found ${printNumber(bad)}`
  const breaking = findViolation(spec.constraint, part, q)
  return breaking === undefined
    ? undefined
    : `${spec.name} ${CONSTRAINTS[spec.constraint].text}, found ${breaking}`
}

/** What breaks the constraint, as printed; undefined when nothing does. */
function findViolation(constraint: Constraint, part: readonly number[], q: number): string | undefined {
  const first = (isBad: (value: number) => boolean): string | undefined => {
    const value = part.find(isBad)
    return value === undefined ? undefined : printNumber(value)
  }
  switch (constraint) {
    case "real":
      return undefined
    case "positive":
      return first((value) => value <= 0)
    case "nonnegative":
      return first((value) => value < 0)
    case "probability":
      return first((value) => value < 0 || value > 1)
    case "integer":
      return first((value) => !Number.isInteger(value))
    case "count":
      return first((value) => value < 0 || !Number.isInteger(value))
    case "weights":
      return part.some((value) => value > 0) ? first((value) => value < 0) : `[${part.join(", ")}]`
    case "increasing":
      return part.some((value, k) => k > 0 && value <= part[k - 1]!) ? `[${part.join(", ")}]` : undefined
    case "aboveDimension":
      return first((value) => value <= q - 1)
    case "positiveDefinite": {
      const isSymmetric = part.every((value, at) => value === part[(at % q) * q + Math.floor(at / q)])
      return isSymmetric && cholesky(Float64Array.from(part), 0, q) ? undefined : printMatrix(part, q)
    }
  }
}

function checkRelation(distribution: Distribution, call: string, values: readonly number[]): void {
  const { relation } = distribution
  if (relation === undefined || relation.holds(values)) return
  throw new ModelError(`${call}: ${relation.text}`, { code: "invalid-parameter", hint: relation.remedy })
}

function violation(
  call: string,
  spec: ParameterSpec,
  rule: { text: string; remedy: string },
  found: string,
): ModelError {
  return new ModelError(`${call}: ${spec.name} ${rule.text}, found ${found}`, {
    code: "invalid-parameter",
    hint: rule.remedy,
  })
}

function wrongCount(distribution: Distribution, texts: readonly string[], count: number): ModelError {
  const forms = distribution.forms.map((form) => signature(distribution, form))
  return new ModelError(
    `${distribution.name}(${texts.join(", ")}): expected ${forms[0]}, found ${count} argument${count === 1 ? "" : "s"}`,
    { code: "argument-count", hint: `write ${forms.join(" or ")}` },
  )
}

function noForm(
  distribution: Distribution,
  texts: readonly string[],
  call: string,
  positional: number,
  names: readonly string[],
): ModelError {
  const known = distribution.forms.flatMap((form) => form.arguments.map((spec) => spec.name))
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return wrongCount(distribution, texts, positional + names.length)
  const near = nearest(unknown, known)
  const forms = distribution.forms.map((form) => signature(distribution, form))
  return new ModelError(`${call}: unknown argument "${unknown}"`, {
    code: "unknown-argument",
    hint: near === undefined ? `write ${forms.join(" or ")}` : `did you mean "${near}"?`,
  })
}

const signature = ({ name }: Distribution, form: ArgumentForm): string =>
  `${name}(${form.arguments.map((spec) => spec.name).join(", ")})`

function lengthOf(spec: ParameterSpec, q: number): number {
  return spec.shape === "scalar" ? 1 : spec.shape === "vector" ? q : q * q
}

function split(specs: readonly ParameterSpec[], values: readonly number[], q: number): number[][] {
  let start = 0
  return specs.map((spec) => values.slice(start, (start += lengthOf(spec, q))))
}

function printPart(part: readonly number[], spec: ParameterSpec, q: number): string {
  if (spec.shape === "matrix") return printMatrix(part, q)
  if (spec.shape === "scalar") return printNumber(part[0]!)
  return part.every((value) => value === part[0]) ? printNumber(part[0]!) : `[${part.join(", ")}]`
}

/** A multiple of the identity as a number, a diagonal as a list, anything else as rows: the way users write them. */
function printMatrix(values: readonly number[], q: number): string {
  const rows = Array.from({ length: q }, (_, i) => values.slice(i * q, (i + 1) * q))
  const isDiagonal = rows.every((row, i) => row.every((value, j) => i === j || value === 0))
  if (!isDiagonal) return `[${rows.map((row) => `[${row.join(", ")}]`).join(", ")}]`
  const diagonal = rows.map((row, i) => row[i]!)
  return diagonal.every((value) => value === diagonal[0])
    ? printNumber(diagonal[0]!)
    : `[${diagonal.join(", ")}]`
}

const single = (value: number): number[] => [value]

const printNumber = (value: number): string => String(value)
