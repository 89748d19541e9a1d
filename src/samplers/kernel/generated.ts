/**
 * Turns a program into JavaScript: one function that computes the natural parameters of each member and draws it.
 * Every identifier is made here; names from the user's model never reach the text of the code.
 */
import { InternalError } from "../../core/errors.ts"
import { invertPositiveDefinite } from "../../math/small-dense.ts"
import type { Expr, Index } from "../../models/expression.ts"
import { children, usesIndex } from "../../models/expression.ts"
import type { Stream } from "../../random/stream.ts"
import type { DataScope } from "./closures.ts"
import type { Draw } from "./draw.ts"
import { residualSumOfSquares, scoreOf } from "./gram.ts"
import type { Program } from "./program.ts"

/** Draws every member of the target in turn; returns the first member whose draw failed, or −1. */
export type Step = (state: Float64Array, rng: Stream) => number

/** Compiles a program with `new Function`. Throws what the runtime throws where generated code is forbidden. */
export function generateStep(program: Program, draw: Draw, v: Float64Array, scratch: Float64Array): Step {
  const { source, arrays } = writeStep(program)
  const make = new Function("arrays", "grams", "score", "rss", "invert", "draw", "v", "scratch", source)
  return make(
    arrays,
    program.data.grams,
    scoreOf,
    residualSumOfSquares,
    invertPositiveDefinite,
    draw,
    v,
    scratch,
  ) as Step
}

/**
 * Compiles quantities that read the state alone to one function that writes the k-th to `record[offset + positions[k]]`;
 * null where generated code is forbidden.
 */
export function generateRecorder(
  expressions: readonly Expr[],
  positions: readonly number[],
  data: DataScope,
): ((state: Float64Array, record: Float64Array, offset: number) => void) | null {
  const writer = new Writer({ data, index: null })
  const lines = expressions.map((e, k) => writer.writeAssignment(`record[offset + ${positions[k]}]`, e))
  try {
    return new Function("s", "record", "offset", ['"use strict";', ...lines].join("\n")) as (
      state: Float64Array,
      record: Float64Array,
      offset: number,
    ) => void
  } catch (error) {
    if (error instanceof EvalError) return null
    throw error
  }
}

/** The source of the step and the arrays it refers to as `a0`, `a1`, …. */
function writeStep(program: Program): { source: string; arrays: (Float64Array | Int32Array)[] } {
  return new Writer(program).write(program)
}

class Writer {
  private readonly program: Pick<Program, "data" | "index">
  private readonly arrays: (Float64Array | Int32Array)[] = []
  private readonly before: string[] = []
  private readonly inside: string[] = []
  private readonly known = new Map<string, string>()
  private names = 0

  constructor(program: Pick<Program, "data" | "index">) {
    this.program = program
  }

  /** The statements that assign one expression of the state to a place. */
  writeAssignment(place: string, e: Expr): string {
    const block: string[] = []
    const value = this.expression(e, {}, block)
    return [...block, `${place} = ${value};`].join("\n")
  }

  write({ target, index, outputs, data }: Program): {
    source: string
    arrays: (Float64Array | Int32Array)[]
  } {
    for (const { q, entries, table } of data.inverses) {
      const array = this.array(data.tables[table]!)
      entries.forEach((e, i) => {
        this.before.push(`${array}[${i}] = ${this.expression(e, {}, this.before)};`)
      })
      this.before.push(`if (!invert(${array}, 0, ${q}, ${array}, 0, scratch)) return 0;`)
    }
    const scope: Record<string, string> = index === null ? {} : { [index]: "m" }
    const lines = outputs.map((e, k) => `v[${k}] = ${this.value(e, scope)};`)
    const declared = [
      ...this.arrays.map((_, k) => `const a${k} = arrays[${k}];`),
      ...data.grams.map((_, k) => `const g${k} = grams[${k}];`),
    ]
    const body = [
      ...this.inside,
      ...lines,
      `if (!draw(rng, v, s, ${target.offset} + ${target.stride} * m, ${target.q}, scratch)) return m;`,
    ]
    return {
      source: [
        '"use strict";',
        ...declared,
        "return function step(s, rng) {",
        ...this.before,
        `for (let m = 0; m < ${target.members}; m++) {`,
        ...body,
        "}",
        "return -1;",
        "};",
      ].join("\n"),
      arrays: this.arrays,
    }
  }

  /** An output of the member loop; what does not change with the member is computed before the loop. */
  private value(e: Expr, scope: Readonly<Record<string, string>>): string {
    const { index } = this.program
    const trivial = children(e).length === 0 && e.op !== "score" && e.op !== "rss"
    if (trivial) return this.expression(e, scope, this.inside)
    if (index === null || !usesIndex(e, index)) return this.once(e, this.before)
    return this.expression(e, scope, this.inside)
  }

  /** Computes an expression into a constant ahead of the loop, the same expression only once. */
  private once(e: Expr, block: string[]): string {
    const key = JSON.stringify(e)
    const found = this.known.get(key)
    if (found !== undefined) return found
    const text = this.expression(e, {}, block)
    const name = `h${this.names++}`
    block.push(`const ${name} = ${text};`)
    this.known.set(key, name)
    return name
  }

  private expression(e: Expr, scope: Readonly<Record<string, string>>, block: string[]): string {
    const { data } = this.program
    const sub = (x: Expr) => (block === this.inside ? this.value(x, scope) : this.expression(x, scope, block))
    switch (e.op) {
      case "number":
        return numberLiteral(e.value)
      case "state":
        return this.slot(e.node, e.at, 0, scope)
      case "element": {
        if (e.arg.op !== "state") throw new InternalError(`element of "${e.arg.op}" was not lowered`)
        const { q } = data.layout.slots[e.arg.node]!
        return this.slot(e.arg.node, e.arg.at, e.column === null ? e.row : e.row * q + e.column, scope)
      }
      case "column":
        return `${this.array(data.columns[e.column]!)}[${this.position(e.at, scope)}]`
      case "table": {
        const array = this.array(data.tables[e.table]!)
        return `${array}[${e.at === null ? "0" : this.position(e.at, scope)}]`
      }
      case "add":
        return `(${e.terms.map(sub).join(" + ")})`
      case "multiply":
        return `(${e.factors.map(sub).join(" * ")})`
      case "subtract":
        return `(${sub(e.left)} - ${sub(e.right)})`
      case "divide":
        return `(${sub(e.left)} / ${sub(e.right)})`
      case "power": {
        if (e.exponent !== 2) return `(${sub(e.base)} ** ${numberLiteral(e.exponent)})`
        const name = `p${this.names++}`
        block.push(`const ${name} = ${sub(e.base)};`)
        return `(${name} * ${name})`
      }
      case "call":
        return `Math.${e.name}(${sub(e.arg)})`
      case "sum":
        return this.loop(e, scope, block)
      case "score":
        return `score(g${e.gram}, ${e.first}${e.at === null ? "" : ` + ${this.position(e.at, scope)}`}, s)`
      case "rss":
        return `rss(g${e.gram}, s)`
      default:
        throw new InternalError(`"${e.op}" has a shape and was not lowered`)
    }
  }

  private loop(
    e: Extract<Expr, { op: "sum" }>,
    scope: Readonly<Record<string, string>>,
    block: string[],
  ): string {
    const { data } = this.program
    const total = `t${this.names++}`
    const i = `i${this.names++}`
    const inner: string[] = []
    const { where } = e.range
    const guard =
      where === undefined
        ? ""
        : `if (${this.array(data.maps[where.map]!)}[${i}] !== ${scope[where.equals]}) continue;`
    const body = this.expression(e.body, { ...scope, [e.index]: i }, inner)
    const members = data.plates[e.range.plate]!
    block.push(
      `let ${total} = 0;`,
      `for (let ${i} = 0; ${i} < ${members}; ${i}++) {`,
      guard,
      ...inner,
      `${total} += ${body};`,
      "}",
    )
    return total
  }

  private slot(
    node: string,
    at: Index | null,
    offset: number,
    scope: Readonly<Record<string, string>>,
  ): string {
    const slots = this.program.data.layout.slots[node]!
    const base = slots.offset + offset
    return at === null ? `s[${base}]` : `s[${base} + ${slots.stride} * ${this.position(at, scope)}]`
  }

  private position(at: Index, scope: Readonly<Record<string, string>>): string {
    if (at.kind === "at") return String(at.position)
    const variable = scope[at.index]
    if (variable === undefined) throw new InternalError("an index variable is not bound")
    if (at.kind === "index") return variable
    return `${this.array(this.program.data.maps[at.map]!)}[${variable}]`
  }

  private array(values: Float64Array | Int32Array): string {
    const known = this.arrays.indexOf(values)
    return `a${known === -1 ? this.arrays.push(values) - 1 : known}`
  }
}

/** A number as source text that reads back as the same double. */
const numberLiteral = (value: number): string =>
  Number.isFinite(value)
    ? value < 0 || Object.is(value, -0)
      ? `(${value})`
      : String(value)
    : value > 0
      ? "Infinity"
      : value < 0
        ? "(-Infinity)"
        : "NaN"
