/**
 * Log densities as JavaScript inside loops over instances. What is the same in every instance (the logarithm of a precision
 * that all share) is computed once, before the loop.
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { RelationExpr, StochasticRelation } from "../../models/relations/relation-graph.ts"
import { type Constants, createWriter } from "./emit.ts"

/** The log density of one instance, of the value `x`. */
export interface DensityText {
  /** Statements before the loop. */
  readonly head: readonly string[]
  /** Statements of an instance. */
  readonly lines: readonly string[]
  /** An expression. */
  readonly value: string
  /** The arguments as expressions, padded to four, and the name of the distribution, for calls of its functions. */
  readonly args: string
  readonly distribution: string
}

/** A function of arguments, used once: computed before the loop if these are the same in every instance. */
type Name = (text: string, ...args: readonly number[]) => string

/**
 * A density written out: of names of the arguments, less what hangs on x (and whole sizes) alone. `constant` is added where x is
 * drawn; where it is more than a number there is none.
 */
interface Written {
  readonly constant: string | null
  write(args: readonly string[], name: Name): string
}

const HALF_LOG_TWO_PI = String(0.5 * Math.log(2 * Math.PI))

const WRITTEN: Readonly<Record<string, Written>> = {
  dnorm: {
    constant: ` - ${HALF_LOG_TWO_PI}`,
    write: ([mean, tau], name) =>
      `(${name(`0.5 * Math.log(${tau})`, 1)} - ${name(`0.5 * ${tau}`, 1)} * square(x - ${mean}))`,
  },
  dbin: {
    constant: null,
    write: ([p, size], name) => {
      const yes = name(`Math.log(${p})`, 0)
      const no = name(`Math.log1p(-${p})`, 0)
      return `(${p} >= 0 && ${p} <= 1 ? x <= ${size} ? (x === 0 ? 0 : x * ${yes}) + (${size} === x ? 0 : (${size} - x) * ${no}) : -Infinity : NaN)`
    },
  },
  dbern: {
    constant: "",
    write: ([p], name) => {
      const yes = name(`Math.log(${p})`, 0)
      const no = name(`Math.log1p(-${p})`, 0)
      return `(${p} >= 0 && ${p} <= 1 ? (x === 0 ? 0 : x * ${yes}) + (x === 1 ? 0 : (1 - x) * ${no}) : NaN)`
    },
  },
  dpois: {
    constant: null,
    write: ([mean], name) =>
      `(${mean} >= 0 && ${mean} < Infinity ? (x === 0 ? 0 : x * ${name(`Math.log(${mean})`, 0)}) - ${mean} : NaN)`,
  },
}

/**
 * @param prefix of names, so that several densities may stand in one loop
 */
export function writeDensity(relation: StochasticRelation, constants: Constants, prefix = ""): DensityText {
  const found = lookupBugsDistribution(relation.distribution)
  const writer = createWriter(relation, constants, "i", prefix)
  const outer = createWriter(relation, constants, "list[0]", `${prefix}h`)
  const head: string[] = outer.lines
  const { lines } = writer
  const isShared = relation.args.map((arg) => isSameThroughout(relation, arg))
  const names = relation.args.map((arg, k) => {
    const own = `${prefix}q${k}`
    if (arg.op === "number") return writer.scalar(arg)
    const text = (isShared[k] ? outer : writer).scalar(arg)
    ;(isShared[k] ? head : lines).push(`const ${own} = ${text};`)
    return own
  })
  const args = [...names, "0", "0", "0", "0"].slice(0, 4).join(", ")
  let position = constants.distributions.indexOf(found)
  if (position === -1) position = constants.distributions.push(found) - 1
  const distribution = `D${position}`
  const written = WRITTEN[found.name]
  const isOfData = relation.observed && relation.hasDrawnSize !== true
  const constant = isOfData ? "" : written?.constant
  if (written === undefined || constant === null || constant === undefined)
    return {
      head,
      lines,
      value: `${distribution}.${isOfData ? "logLikelihood" : "logDensity"}(x, ${args})`,
      args,
      distribution,
    }
  let count = 0
  const name: Name = (text, ...used) => {
    if (!used.every((k) => isShared[k])) return text
    const own = `${prefix}w${count++}`
    head.push(`const ${own} = ${text};`)
    return own
  }
  const value = written.write(names, name)
  return { head, lines, value: `(${value}${constant})`, args, distribution }
}

/** Whether an expression is the same in every instance. */
export function isSameThroughout(relation: StochasticRelation, e: RelationExpr): boolean {
  switch (e.op) {
    case "number":
      return true
    case "read": {
      const { slots, shared, length } = relation.references[e.reference]!
      return shared || slots.every((slot, k) => slot === slots[k % length])
    }
    case "gather": {
      const { start, shared, indices } = relation.gathers[e.gather]!
      return (
        (shared || start.every((slot) => slot === start[0])) &&
        indices.every(({ value }) => isSameThroughout(relation, value))
      )
    }
    case "call":
      return e.dims === null && e.args.every((arg) => isSameThroughout(relation, arg))
    default:
      return false
  }
}
