/** What a formula in plain text says, as a tree: between the text that `explain` prints and the styles that typeset it. */
export type MathNode =
  | { readonly kind: "number"; readonly value: number }
  /** `mu`, `i'`, `theta[g[i], ]`: an empty index is null. */
  | {
      readonly kind: "name"
      readonly name: string
      readonly isPrimed: boolean
      readonly indices: readonly (MathNode | null)[] | null
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly MathArgument[] }
  /** `+ - / ^ :`, comparisons, `&&`, `||`. */
  | { readonly kind: "binary"; readonly sign: string; readonly left: MathNode; readonly right: MathNode }
  /** Factors between which stands `*`, `%*%` or nothing. */
  | { readonly kind: "product"; readonly factors: readonly MathNode[] }
  | { readonly kind: "prefix"; readonly sign: string; readonly inside: MathNode }
  /** `sum_{i: g[i] = k} …`; without names a bare `Π`. */
  | {
      readonly kind: "over"
      readonly sign: "sum" | "prod" | "max"
      readonly names: readonly MathNode[]
      readonly conditions: readonly MathNode[]
      readonly body: MathNode
    }
  | { readonly kind: "transpose"; readonly inside: MathNode }
  | { readonly kind: "bars"; readonly inside: MathNode }
  /** In parentheses: one expression, or a list. */
  | { readonly kind: "group"; readonly items: readonly MathNode[] }
  | { readonly kind: "dots" }

export interface MathArgument {
  /** `shape` of `shape = 2`. */
  readonly name: string | null
  /** Null: left out, as in `T(0, )`. */
  readonly value: MathNode | null
  /** Whether it stands behind a bar: `p(y | x)`. */
  readonly isGiven: boolean
}

/** A part of a formula: an expression, a sign between expressions, or words. */
export type MathPart =
  | { readonly kind: "math"; readonly node: MathNode }
  | { readonly kind: "sign"; readonly sign: string }
  | { readonly kind: "words"; readonly text: string }
