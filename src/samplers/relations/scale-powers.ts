import type { CurvatureMatch } from "./curvature-match.ts"
import type { Engine } from "./engine.ts"

/**
 * A function that says which power of a scale is the sd of elements of which it is a precision, a variance or an sd; 0 where it is
 * none. Effects that all but vanish, which priors of precisions allow, are far away in the logarithm of a precision, and close
 * by in an sd.
 */
export function bindScalePowers({ owners, after }: CurvatureMatch, engine: Engine) {
  const relations = [...new Set(owners.relation)]
  const firstOf = relations.map((relation) => owners.instance[owners.relation.indexOf(relation)]!)
  const { computed } = after
  return (s: Float64Array, slot: number): number => {
    const precisions = (): number[] =>
      relations.map((relation, k) => {
        const f = engine.functions[relation]!
        if (f.kind !== "stochastic" || f.distribution.name !== "dnorm") return Number.NaN
        const args = new Float64Array(Math.max(3, f.argsLength))
        f.args(s, firstOf[k]!, args)
        return args[1]!
      })
    const before = precisions()
    const here = s[slot]!
    s[slot] = 2 * here
    engine.compute(s, computed, 0, computed.relation.length)
    const powers = precisions().map((after, k) => -0.5 * Math.log2(after / before[k]!))
    s[slot] = here
    engine.compute(s, computed, 0, computed.relation.length)
    return powers.find((power) => Number.isFinite(power) && Math.abs(power) > 1e-9) ?? 0
  }
}
