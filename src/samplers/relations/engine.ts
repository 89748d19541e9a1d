/** Relations as functions over the state: what a deterministic one computes, how dense a stochastic one is. */
import { type BugsArrayDistribution, lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type {
  DeterministicRelation,
  Relation,
  RelationExpr,
  RelationGraph,
  StochasticRelation,
} from "../../models/relations/relation-graph.ts"
import { writeArrayDensity } from "./array-density-text.ts"
import { writeDensity } from "./density-text.ts"
import type { Runs } from "./dependents.ts"
import { type Constants, createWriter, dimsOf, noConstants, sizeOf } from "./emit.ts"
import { createEmitter } from "./emit-tangents.ts"
import { interpretFunction } from "./interpret-code.ts"
import {
  type ComputedFunctions,
  LazyComputed,
  LazyWeighed,
  type RelationFunctions,
  type WeighedFunctions,
} from "./relation-functions.ts"

export type { ComputedFunctions, RelationFunctions, WeighedFunctions }

export interface Engine {
  readonly graph: RelationGraph
  readonly functions: readonly RelationFunctions[]
  /** Computes the deterministic instances of runs `first..last`, in their order. */
  compute(s: Float64Array, runs: Runs, first: number, last: number): void
  /** Sum of log densities of the stochastic instances of runs `first..last`. */
  weigh(s: Float64Array, runs: Runs, first: number, last: number): number
  /** Derivatives of the deterministic instances of runs `first..last` along `t`, into `t`. */
  differentiate(s: Float64Array, t: Float64Array, runs: Runs, first: number, last: number): void
}

const engines = new WeakMap<RelationGraph, Engine>()
/** No function holds a value of the data: graphs with the same relations and other data share them, and they stay warm. */
const compiled = new WeakMap<readonly Relation[], readonly RelationFunctions[]>()

function functionsOf({ relations, fixed }: RelationGraph): readonly RelationFunctions[] {
  const found = compiled.get(relations)
  if (found !== undefined) return found
  const functions = relations.map((relation) =>
    relation.kind === "deterministic" ? compileComputed(relation, fixed) : compileWeighed(relation, fixed),
  )
  compiled.set(relations, functions)
  return functions
}

/** The engine of a graph; made once, however many samplers use it. */
export function bindEngine(graph: RelationGraph): Engine {
  const found = engines.get(graph)
  if (found !== undefined) return found
  const functions = functionsOf(graph)
  const engine: Engine = {
    graph,
    functions,
    compute(s, { relation, from, to, instances }, first, last) {
      for (let k = first; k < last; k++) {
        const f = functions[relation[k]!]!
        if (f.kind === "deterministic") f.update(s, instances, from[k]!, to[k]!)
      }
    },
    weigh(s, { relation, from, to, instances }, first, last) {
      let total = 0
      for (let k = first; k < last; k++) {
        const f = functions[relation[k]!]!
        if (f.kind === "stochastic") total += f.logDensity(s, instances, from[k]!, to[k]!)
      }
      return total
    },
    differentiate(s, t, { relation, from, to, instances }, first, last) {
      for (let k = first; k < last; k++) {
        const f = functions[relation[k]!]!
        if (f.kind === "deterministic") f.tangent(s, t, instances, from[k]!, to[k]!)
      }
    },
  }
  engines.set(graph, engine)
  return engine
}

/**
 * Makes a function from a body that reads `s` and the constants by position: compiled where that is allowed, else
 * interpreted.
 */
export function makeFunction<F>(parameters: readonly string[], body: string, constants: Constants): F {
  const named = Object.fromEntries(
    Object.entries(FIELDS).flatMap(([prefix, field]) =>
      constants[field].map((value, k): [string, unknown] => [`${prefix}${k}`, value]),
    ),
  )
  if (!interpreted) {
    const head = Object.keys(named)
      .map((name) => `const ${name} = C.${name};`)
      .join("\n")
    // In parentheses, so that it is compiled as it is read and not a second time when it is called.
    const text = `"use strict"; const square = (x) => x * x;\n${head}\nreturn (function (${parameters.join(", ")}) {\n${body}\n})`
    try {
      return new Function("C", text)(named) as F
    } catch (error) {
      // A content security policy without unsafe-eval.
      if (!(error instanceof EvalError)) throw error
    }
  }
  return interpretFunction(parameters, body, named) as F
}

let interpreted = false

/** What `make` gives when generated code is interpreted, as on a page that forbids to compile text. For tests. */
export function withInterpreter<T>(make: () => T): T {
  interpreted = true
  try {
    return make()
  } finally {
    interpreted = false
  }
}

const FIELDS: Readonly<Record<string, keyof Constants>> = {
  T: "tables",
  F: "functions",
  G: "arrayFunctions",
  B: "buffers",
  L: "argumentLists",
  D: "distributions",
}

function compileComputed(relation: DeterministicRelation, fixed: Uint8Array): ComputedFunctions {
  const { writes, width, value } = relation
  const isArray = dimsOf(relation, value) !== null
  const loop = (array: "s" | "t", result: (e: ReturnType<typeof createEmitter>) => string | null) => {
    const constants = noConstants()
    const emitter = createEmitter(relation, constants, fixed)
    const name = result(emitter)
    const target = emitter.slots(writes, width)
    const item = (k: string) => (name === null ? "0" : isArray ? `${name}[${k}]` : name)
    const store =
      width === 1
        ? `${array}[${target("0")}] = ${item("0")};`
        : `for (let k = 0; k < ${width}; k++) ${array}[${target("k")}] = ${item("k")};`
    return {
      body: `for (let n = from; n < to; n++) {\nconst i = list[n];\n${emitter.lines.join("\n")}\n${store}\n}`,
      constants,
    }
  }
  return new LazyComputed(
    later(() => {
      const { body, constants } = loop("s", (e) => (isArray ? e.array(value) : e.scalar(value)))
      return makeFunction(["s", "list", "from", "to"], body, constants)
    }),
    later(() => {
      const { body, constants } = loop("t", (e) => (isArray ? e.tangentArray(value) : e.tangent(value)))
      return makeFunction(["s", "t", "list", "from", "to"], body, constants)
    }),
  )
}

/** Code is written when it is called first: most models need a part of it only. Interpreted if it was to be by then. */
function later<F>(make: () => F): () => F {
  const isInterpreted = interpreted
  return () => (isInterpreted ? withInterpreter(make) : make())
}

function compileWeighed(relation: StochasticRelation, fixed: Uint8Array): WeighedFunctions {
  const distribution = lookupBugsDistribution(relation.distribution)
  const argLengths = Int32Array.from(relation.args, (arg) => sizeOf(relation, arg))
  const argStarts = argLengths.map((_, k) => argLengths.slice(0, k).reduce((a, b) => a + b, 0))
  const argsLength = argLengths.reduce((a, b) => a + b, 0)
  const writtenDensity = later(() => compileArrayDensity(relation))
  return new LazyWeighed(
    { distribution, argLengths, argStarts, argsLength },
    {
      args: later(() => compileArgs(relation, relation.args)),
      argsOf: later(() => compileArgs(relation, relation.args, argsLength)),
      bounds: later(() => compileArgs(relation, boundsOf(relation))),
      argTangents: later(() => compileArgTangents(relation, fixed)),
      argTangentsOf: later(() => compileArgTangents(relation, fixed, argsLength)),
      logDensity:
        distribution.calling === "numbers"
          ? later(() => compileNumberDensity(relation))
          : (f) => writtenDensity() ?? arrayDensity(relation, distribution, f),
    },
  )
}

const boundsOf = ({ bounds }: StochasticRelation): readonly RelationExpr[] => [
  bounds?.lower ?? { op: "number", value: -Infinity },
  bounds?.upper ?? { op: "number", value: Infinity },
]

/** A loop over instances with the density inlined where the engine can. Data that are truncated are divided by the mass. */
function compileNumberDensity(relation: StochasticRelation): WeighedFunctions["logDensity"] {
  const constants = noConstants()
  const { head, lines, value, args, distribution } = writeDensity(relation, constants)
  const writer = createWriter(relation, constants, "i", "b")
  const truncates = relation.bounds !== null
  const [lower, upper] = truncates ? boundsOf(relation).map((e) => writer.scalar(e)) : []
  const body = [
    `const x = s[${writer.slots(relation.writes, 1)("0")}];`,
    ...lines,
    ...writer.lines,
    ...(truncates ? [`if (!(x >= ${lower} && x <= ${upper})) return -Infinity;`] : []),
    `total += ${value};`,
    ...(relation.bounds?.kind === "T"
      ? [
          `const mass = ${distribution}.logMass(${lower}, ${upper}, ${args});`,
          // Where the mass is too small for a number nothing is known of the density; it must not seem infinite.
          "total -= mass === -Infinity ? Infinity : mass;",
        ]
      : []),
  ]
  return makeFunction(
    ["s", "list", "from", "to"],
    `${head.join("\n")}\nlet total = 0;\nfor (let n = from; n < to; n++) {\nconst i = list[n];\n${body.join("\n")}\n}\nreturn total;`,
    constants,
  )
}

/** The same for densities of arrays that are written out; null where they are not. */
function compileArrayDensity(relation: StochasticRelation): WeighedFunctions["logDensity"] | null {
  const constants = noConstants()
  const text = writeArrayDensity(relation, constants)
  if (text === null) return null
  return makeFunction(
    ["s", "list", "from", "to"],
    `${text.head.join("\n")}\nlet total = 0;\nfor (let n = from; n < to; n++) {\nconst i = list[n];\n${text.lines.join("\n")}\ntotal += value;\n}\nreturn total;`,
    constants,
  )
}

function arrayDensity(
  relation: StochasticRelation,
  distribution: BugsArrayDistribution,
  {
    args,
    argStarts,
    argLengths,
    argsLength,
  }: Pick<WeighedFunctions, "args" | "argStarts" | "argLengths" | "argsLength">,
): WeighedFunctions["logDensity"] {
  const { writes, width, observed, hasDrawnSize } = relation
  const values = new Float64Array(argsLength)
  const x = new Float64Array(width)
  const f = observed && hasDrawnSize !== true ? "logLikelihood" : "logDensity"
  return (s, list, from, to) => {
    let total = 0
    for (let n = from; n < to; n++) {
      const i = list[n]!
      args(s, i, values)
      for (let k = 0; k < width; k++) x[k] = s[writes[i * width + k]!]!
      total += distribution[f](x, 0, width, values, argStarts, argLengths)
    }
    return total
  }
}

/**
 * The derivative of every argument along tangents of the slots, into `out`; with a stride for many instances, that far apart.
 */
function compileArgTangents(relation: StochasticRelation, fixed: Uint8Array): WeighedFunctions["argTangents"]
function compileArgTangents(
  relation: StochasticRelation,
  fixed: Uint8Array,
  stride: number,
): WeighedFunctions["argTangentsOf"]
function compileArgTangents(
  relation: StochasticRelation,
  fixed: Uint8Array,
  stride?: number,
): WeighedFunctions["argTangents"] | WeighedFunctions["argTangentsOf"] {
  const constants = noConstants()
  const emitter = createEmitter(relation, constants, fixed)
  const stores: string[] = []
  let place = 0
  for (const arg of relation.args) {
    const size = sizeOf(relation, arg)
    const isScalar = dimsOf(relation, arg) === null
    const found = isScalar ? emitter.tangent(arg) : emitter.tangentArray(arg)
    if (isScalar) stores.push(`out[o + ${place}] = ${found ?? "0"};`)
    else
      stores.push(
        `for (let k = 0; k < ${size}; k++) out[o + ${place} + k] = ${found === null ? "0" : `${found}[k]`};`,
      )
    place += size
  }
  const body = [...emitter.lines, ...stores].join("\n")
  return stride === undefined
    ? makeFunction(["s", "t", "i", "out"], `const o = 0;\n${body}`, constants)
    : makeFunction(["s", "t", "list", "from", "to", "out"], loopOver(body, stride), constants)
}

/** A loop of a body that reads instance i and writes from o on. */
const loopOver = (body: string, stride: number): string =>
  `for (let n = from; n < to; n++) {\nconst i = list[n];\nconst o = (n - from) * ${stride};\n${body}\n}`

type OneInstance = (s: Float64Array, instance: number, out: Float64Array) => void

/**
 * Writes expressions of one instance into `out`, or, with a stride, of many instances that far apart.
 */
function compileArgs(relation: Relation, args: readonly RelationExpr[]): OneInstance
function compileArgs(
  relation: Relation,
  args: readonly RelationExpr[],
  stride: number,
): WeighedFunctions["argsOf"]
function compileArgs(
  relation: Relation,
  args: readonly RelationExpr[],
  stride?: number,
): OneInstance | WeighedFunctions["argsOf"] {
  const constants = noConstants()
  const emitter = createEmitter(relation, constants)
  const stores: string[] = []
  let place = 0
  for (const arg of args) {
    const size = sizeOf(relation, arg)
    if (dimsOf(relation, arg) === null) stores.push(`out[o + ${place}] = ${emitter.scalar(arg)};`)
    else {
      const name = emitter.array(arg)
      stores.push(`for (let k = 0; k < ${size}; k++) out[o + ${place} + k] = ${name}[k];`)
    }
    place += size
  }
  const body = [...emitter.lines, ...stores].join("\n")
  if (stride === undefined) return makeFunction(["s", "i", "out"], `const o = 0;\n${body}`, constants)
  return makeFunction(["s", "list", "from", "to", "out"], loopOver(body, stride), constants)
}
