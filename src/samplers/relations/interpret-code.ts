/**
 * Runs the generated functions of relations where a page forbids to compile text (`new Function`): the same text is parsed and
 * evaluated through closures. Operations and their order are the same, so that draws agree bit for bit. Only what the
 * generator writes is understood.
 */
import { type Expression, type Node, type Pattern, parse, type Statement } from "acorn"
import { InternalError } from "../../core/errors.ts"

/** Variables of a call, by position. */
type Frame = unknown[]
type Evaluate = (frame: Frame) => unknown
/** Runs a statement; anything but `GOES_ON` is what the function returns. */
type Run = (frame: Frame) => unknown

const GOES_ON = Symbol("goes on")

/**
 * @param parameters names of the parameters
 * @param body statements that read the parameters and `constants`
 * @param constants values by name
 * @throws InternalError for a form that the generator does not write
 */
export function interpretFunction(
  parameters: readonly string[],
  body: string,
  constants: Readonly<Record<string, unknown>>,
): (...args: unknown[]) => unknown {
  const program = parse(`function f(${parameters.join(", ")}) {\n${body}\n}`, { ecmaVersion: 2022 })
  const [declaration] = program.body
  if (declaration?.type !== "FunctionDeclaration") throw unknownForm(program)
  const scope = new Scope(constants)
  for (const name of parameters) scope.declare(name)
  const run = block(declaration.body.body, scope)
  return (...args) => {
    const frame: Frame = [...args]
    const result = run(frame)
    return result === GOES_ON ? undefined : result
  }
}

/** Names in force, innermost first. */
class Scope {
  private readonly constants: Readonly<Record<string, unknown>>
  private readonly outer: Scope | null
  private readonly places = new Map<string, number>()
  private readonly count: { next: number }

  constructor(constants: Readonly<Record<string, unknown>>, outer: Scope | null = null) {
    this.constants = constants
    this.outer = outer
    this.count = outer === null ? { next: 0 } : outer.count
  }

  inner(): Scope {
    return new Scope(this.constants, this)
  }

  declare(name: string): number {
    const place = this.count.next++
    this.places.set(name, place)
    return place
  }

  place(name: string): number | undefined {
    return this.places.get(name) ?? this.outer?.place(name)
  }

  constant(name: string): unknown {
    if (Object.hasOwn(this.constants, name)) return this.constants[name]
    if (Object.hasOwn(GLOBALS, name)) return GLOBALS[name]
    throw new InternalError(`generated code reads the unknown name ${name}`)
  }
}

const GLOBALS: Readonly<Record<string, unknown>> = {
  Math,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  square: (x: number) => x * x,
}

function block(statements: readonly Statement[], scope: Scope): Run {
  const runs = statements.map((statement) => compileStatement(statement, scope))
  return (frame) => {
    for (const run of runs) {
      const result = run(frame)
      if (result !== GOES_ON) return result
    }
    return GOES_ON
  }
}

function compileStatement(node: Statement, scope: Scope): Run {
  switch (node.type) {
    case "BlockStatement":
      return block(node.body, scope.inner())
    case "ExpressionStatement": {
      const evaluate = compileExpression(node.expression, scope)
      return (frame) => {
        evaluate(frame)
        return GOES_ON
      }
    }
    case "VariableDeclaration": {
      const stores = node.declarations.map(({ id, init }) => {
        const value = compileExpression(init ?? fail(node), scope)
        const place = scope.declare(nameOf(id))
        return (frame: Frame) => {
          frame[place] = value(frame)
        }
      })
      return (frame) => {
        for (const store of stores) store(frame)
        return GOES_ON
      }
    }
    case "ForStatement": {
      const inner = scope.inner()
      const start = compileStatement(
        node.init?.type === "VariableDeclaration" ? node.init : fail(node),
        inner,
      )
      const test = compileExpression(node.test ?? fail(node), inner)
      const update = compileExpression(node.update ?? fail(node), inner)
      const body = compileStatement(node.body, inner)
      return (frame) => {
        start(frame)
        for (; test(frame) === true; update(frame)) {
          const result = body(frame)
          if (result !== GOES_ON) return result
        }
        return GOES_ON
      }
    }
    case "IfStatement": {
      const test = compileExpression(node.test, scope)
      const then = compileStatement(node.consequent, scope)
      return (frame) => (test(frame) === true ? then(frame) : GOES_ON)
    }
    case "ReturnStatement":
      return compileExpression(node.argument ?? fail(node), scope)
    default:
      throw unknownForm(node)
  }
}

type Operator = (a: number, b: number) => number | boolean

const OPERATORS: Readonly<Record<string, Operator>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "<": (a, b) => a < b,
  ">": (a, b) => a > b,
  "<=": (a, b) => a <= b,
  ">=": (a, b) => a >= b,
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
}

const ASSIGNMENTS: Readonly<Record<string, Operator>> = {
  "=": (_, b) => b,
  "+=": (a, b) => a + b,
  "-=": (a, b) => a - b,
}

function compileExpression(node: Expression, scope: Scope): Evaluate {
  switch (node.type) {
    case "Literal": {
      const { value } = node
      return () => value
    }
    case "Identifier": {
      const place = scope.place(node.name)
      if (place !== undefined) return (frame) => frame[place]
      const value = scope.constant(node.name)
      return () => value
    }
    case "ParenthesizedExpression":
      return compileExpression(node.expression, scope)
    case "UnaryExpression": {
      const value = compileExpression(node.argument, scope)
      if (node.operator === "-") return (frame) => -numberOf(value(frame))
      if (node.operator === "!") return (frame) => value(frame) !== true
      throw unknownForm(node)
    }
    case "BinaryExpression": {
      const left = compileExpression(node.left.type === "PrivateIdentifier" ? fail(node) : node.left, scope)
      const right = compileExpression(node.right, scope)
      const operator = OPERATORS[node.operator] ?? fail(node)
      return (frame) => operator(numberOf(left(frame)), numberOf(right(frame)))
    }
    case "LogicalExpression": {
      const left = compileExpression(node.left, scope)
      const right = compileExpression(node.right, scope)
      if (node.operator === "&&") return (frame) => left(frame) === true && right(frame) === true
      if (node.operator === "||") return (frame) => left(frame) === true || right(frame) === true
      throw unknownForm(node)
    }
    case "ConditionalExpression": {
      const test = compileExpression(node.test, scope)
      const then = compileExpression(node.consequent, scope)
      const otherwise = compileExpression(node.alternate, scope)
      return (frame) => (test(frame) === true ? then(frame) : otherwise(frame))
    }
    case "MemberExpression": {
      const { array, index } = elementOf(node, scope)
      return (frame) => array(frame)[index(frame)]
    }
    case "CallExpression":
      return compileCall(node, scope)
    case "UpdateExpression": {
      const place = scope.place(nameOf(node.argument)) ?? fail(node)
      if (node.operator !== "++") throw unknownForm(node)
      return (frame) => {
        frame[place] = numberOf(frame[place]) + 1
        return undefined
      }
    }
    case "AssignmentExpression": {
      const value = compileExpression(node.right, scope)
      const operator = ASSIGNMENTS[node.operator] ?? fail(node)
      if (node.left.type === "Identifier") {
        const place = scope.place(node.left.name) ?? fail(node)
        return (frame) => {
          frame[place] = operator(numberOf(frame[place]), numberOf(value(frame)))
          return undefined
        }
      }
      if (node.left.type !== "MemberExpression") throw unknownForm(node)
      const { array, index } = elementOf(node.left, scope)
      return (frame) => {
        const target = array(frame)
        const at = index(frame)
        target[at] = Number(operator(numberOf(target[at]), numberOf(value(frame))))
        return undefined
      }
    }
    default:
      throw unknownForm(node)
  }
}

function compileCall(node: Extract<Expression, { type: "CallExpression" }>, scope: Scope): Evaluate {
  const args = node.arguments.map((arg) =>
    compileExpression(arg.type === "SpreadElement" ? fail(node) : arg, scope),
  )
  const { callee } = node
  if (callee.type === "Super") throw unknownForm(node)
  if (callee.type === "MemberExpression" && !callee.computed) {
    const owner = compileExpression(callee.object.type === "Super" ? fail(node) : callee.object, scope)
    const method = callee.property.type === "Identifier" ? callee.property.name : fail(node)
    return (frame) => {
      const object = owner(frame)
      const f: unknown = Reflect.get(Object(object), method)
      if (typeof f !== "function")
        throw new InternalError(`generated code calls ${method}, which is no function`)
      return Reflect.apply(
        f,
        object,
        args.map((arg) => arg(frame)),
      )
    }
  }
  const f = compileExpression(callee, scope)
  return (frame) => functionOf(f(frame))(...args.map((arg) => arg(frame)))
}

/** The array and the index of `x[i]`. */
function elementOf(node: Extract<Pattern | Expression, { type: "MemberExpression" }>, scope: Scope) {
  if (!node.computed || node.object.type === "Super" || node.property.type === "PrivateIdentifier")
    throw unknownForm(node)
  const array = compileExpression(node.object, scope)
  const index = compileExpression(node.property, scope)
  return {
    array: (frame: Frame): Float64Array | Int32Array => arrayOf(array(frame)),
    index: (frame: Frame): number => numberOf(index(frame)),
  }
}

function numberOf(value: unknown): number {
  if (typeof value === "number") return value
  if (value === undefined) return Number.NaN
  throw new InternalError("generated code takes something for a number that is none")
}

function arrayOf(value: unknown): Float64Array | Int32Array {
  if (value instanceof Float64Array || value instanceof Int32Array) return value
  throw new InternalError("generated code takes something for an array that is none")
}

function functionOf(value: unknown): (...args: unknown[]) => unknown {
  if (typeof value === "function") return (...args) => Reflect.apply(value, undefined, args)
  throw new InternalError("generated code calls something that is no function")
}

const nameOf = (node: Pattern | Expression): string => (node.type === "Identifier" ? node.name : fail(node))

function fail(node: Node): never {
  throw unknownForm(node)
}

const unknownForm = (node: Node): InternalError =>
  new InternalError(`generated code has the form ${node.type}, which is not interpreted`)
