import {
  add,
  dependsOn,
  divide,
  type Expr,
  type Index,
  isConstant,
  multiply,
  negate,
  number,
  subtract,
} from "./expression.ts"

/**
 * How an expression depends on a node: `offset + coefficient · node` (a dot product when the node is a vector), and
 * the index by which the node is read there.
 */
export interface Affine {
  readonly offset: Expr
  /** Scalar for a scalar node, a vector expression for a vector node; the number 0 when the node does not occur. */
  readonly coefficient: Expr
  /** How the node is indexed in the expression; null for a node without a plate or one that does not occur. */
  readonly at: Index | null
}

/** Why an expression is not affine in a node. */
export interface NotAffine {
  readonly reason: string
}

export const isAffine = (result: Affine | NotAffine): result is Affine => "offset" in result

/** Takes an expression apart as affine in `node`, or says why that cannot be. Constants come out as offset. */
export function affineIn(e: Expr, node: string): Affine | NotAffine {
  if (!dependsOn(e, node)) return { offset: e, coefficient: number(0), at: null }
  switch (e.op) {
    case "state":
      return { offset: number(0), coefficient: number(1), at: e.at }
    case "dot": {
      const [target, other] = dependsOn(e.left, node) ? [e.left, e.right] : [e.right, e.left]
      if (target.op !== "state" || dependsOn(other, node)) return refuse(node, "a dot product with itself")
      return { offset: number(0), coefficient: other, at: target.at }
    }
    case "add":
      return e.terms.map((term) => affineIn(term, node)).reduce((a, b) => combine(a, b, add, node))
    case "subtract":
      return combine(affineIn(e.left, node), affineIn(e.right, node), subtract, node)
    case "divide": {
      if (dependsOn(e.right, node)) return refuse(node, "a denominator")
      const inner = affineIn(e.left, node)
      if (!isAffine(inner)) return inner
      return {
        ...inner,
        offset: divide(inner.offset, e.right),
        coefficient: divide(inner.coefficient, e.right),
      }
    }
    case "multiply": {
      const dependent = e.factors.filter((f) => dependsOn(f, node))
      if (dependent.length > 1) return refuse(node, "a product with itself")
      const inner = affineIn(dependent[0]!, node)
      if (!isAffine(inner)) return inner
      const others = e.factors.filter((f) => f !== dependent[0])
      return {
        ...inner,
        offset: multiply(...others, inner.offset),
        coefficient: multiply(...others, inner.coefficient),
      }
    }
    default:
      return refuse(
        node,
        e.op === "call" ? `${e.name}()` : e.op === "power" ? `a power of ${e.exponent}` : `"${e.op}"`,
      )
  }
}

function combine(
  a: Affine | NotAffine,
  b: Affine | NotAffine,
  op: (left: Expr, right: Expr) => Expr,
  node: string,
): Affine | NotAffine {
  if (!isAffine(a)) return a
  if (!isAffine(b)) return b
  const inA = !isConstant(a.coefficient, 0)
  const inB = !isConstant(b.coefficient, 0)
  if (inA && inB && JSON.stringify(a.at) !== JSON.stringify(b.at)) {
    return { reason: `${node} enters through two different indices` }
  }
  // `op(0, x)` of a subtraction is −x, which the constructors write as a product.
  const coefficient = inA
    ? inB
      ? op(a.coefficient, b.coefficient)
      : a.coefficient
    : op === subtract
      ? negate(b.coefficient)
      : b.coefficient
  return { offset: op(a.offset, b.offset), coefficient, at: inA ? a.at : b.at }
}

const refuse = (node: string, through: string): NotAffine => ({ reason: `${node} enters through ${through}` })
