/**
 * Full conditionals as data: a family, its natural parameters as expressions, and what each factor of the joint
 * density contributed to them. Everything said about a conditional (text, LaTeX, derivation, code) is made from this.
 */
import type { Expr } from "../models/expression.ts"

/** The families a conjugate full conditional can have. */
export type ConditionalFamily = "normal" | "multivariateNormal" | "inverseGamma" | "inverseWishart"

/** Values of a family's natural parameters, under the names of `families.ts`. */
export type Natural = Readonly<Record<string, Expr>>

/** One factor of the joint density seen as a function of the target. */
export interface Contribution {
  /** Node whose distribution the factor is: the target itself for the prior. */
  readonly from: string
  /** What it adds to the natural parameters. */
  readonly natural: Natural
  /** Why it adds that, one phrase. */
  readonly because: string
}

export interface FullConditional {
  readonly target: string
  /** Index variable of the target's plate in the expressions; null for a node without a plate. */
  readonly index: string | null
  readonly family: ConditionalFamily
  /** Sum of the contributions. */
  readonly natural: Natural
  readonly contributions: readonly Contribution[]
}

/** Why a sampler does not take a node. */
export interface Refusal {
  readonly code: string
  readonly reason: string
}

export const isRefusal = (x: object): x is Refusal => "code" in x && "reason" in x
export const refusal = (code: string, reason: string): Refusal => ({ code, reason })
