/** Effects as quantities with names, made where they are asked for: a model may have millions. */
import { type Expr, element, at as position, state } from "./expression.ts"
import type { EffectQuantities, ModelGraph, Quantity } from "./graph.ts"

/** The name in the public interface of a term's effect at a level. */
export const effectName = (group: string, term: string, level: string): string =>
  `u[${group},${term},${level}]`

/** The effect of the t-th term at the j-th level. */
export function effectQuantity(
  { node, group, terms, levels }: EffectQuantities,
  j: number,
  t: number,
): Quantity {
  const member = state(node, position(j))
  const value: Expr = terms.length === 1 ? member : element(member, t)
  return { name: effectName(group, terms[t]!, levels[j]!), family: "u", value, constant: false }
}

/** Every effect of a node: level by level, term by term, as they stand in the state. */
export const listEffects = (effects: EffectQuantities): Quantity[] =>
  effects.levels.flatMap((_, j) => effects.terms.map((_, t) => effectQuantity(effects, j, t)))

/** All that a model reports, each by its name. */
export const listQuantities = ({
  quantities,
  effects,
}: Pick<ModelGraph, "quantities" | "effects">): readonly Quantity[] => [
  ...quantities,
  ...effects.flatMap(listEffects),
]
