/** The syntax tree of a model in the BUGS language (the JAGS dialect). Plain data; offsets are into the source text. */

/** Half-open range of characters of the source. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Operators are calls of the functions `+ - * / ^ %*% : || && ! < <= > >= == !=`; unary minus is `-` with one argument. */
export type BugsExpr =
  | { readonly kind: "number"; readonly value: number; readonly span: Span }
  | BugsVariable
  | { readonly kind: "call"; readonly name: string; readonly args: readonly BugsExpr[]; readonly span: Span }

/** `x` (indices null), `x[i, j]`, `x[, 2]`, `x[1:3]`, `x[]`. */
export interface BugsVariable {
  readonly kind: "variable"
  readonly name: string
  readonly indices: readonly BugsIndex[] | null
  readonly span: Span
}

/** One index: empty, or an expression whose value is an integer or a vector of integers. */
export type BugsIndex =
  | { readonly kind: "all"; readonly span: Span }
  | { readonly kind: "value"; readonly value: BugsExpr; readonly span: Span }

export type BugsStatement =
  | {
      readonly kind: "stochastic"
      readonly target: BugsVariable
      readonly distribution: string
      readonly args: readonly BugsExpr[]
      /** `T(lower, upper)` truncates; `I(lower, upper)` is BUGS's censoring, which JAGS allows as truncation where the parameters are fixed. */
      readonly bounds: {
        readonly kind: "T" | "I"
        readonly lower: BugsExpr | null
        readonly upper: BugsExpr | null
      } | null
      readonly span: Span
    }
  | {
      readonly kind: "deterministic"
      readonly target: BugsVariable
      /** `logit(p[i]) <- …`: `logit`, `log`, `cloglog` or `probit`; null without a link. */
      readonly link: string | null
      readonly value: BugsExpr
      readonly span: Span
    }
  | {
      readonly kind: "for"
      readonly variable: string
      readonly range: BugsExpr
      readonly body: readonly BugsStatement[]
      readonly span: Span
    }

export interface BugsProgram {
  readonly source: string
  /** `var x[N, 3], y;` */
  readonly declarations: readonly {
    readonly name: string
    readonly dims: readonly BugsExpr[]
    readonly span: Span
  }[]
  /** Statements of `data { … }`. */
  readonly data: readonly BugsStatement[]
  readonly model: readonly BugsStatement[]
}
