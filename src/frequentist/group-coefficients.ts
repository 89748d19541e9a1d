/** Coefficients level by level: what the fixed effects and a group's random effects make together. */

import { OptionError, suggest } from "../core/errors.ts"
import type { LmmEstimate, RandomEffectRow, RandomEffects } from "./lmm-estimate.ts"
import type { RandomShare } from "./predictor-variance.ts"
import { predictorVariance } from "./predictor-variance.ts"
import { rowOf } from "./random-effects.ts"

/** One coefficient of the line of one level. */
export interface GroupLine {
  readonly group: string
  readonly level: string
  readonly term: string
  readonly estimate: number
  /** Of estimate − truth, fixed and random effects both unknown, variance parameters taken as known. */
  readonly se: number
}

/**
 * Of each grouping factor the fixed effects plus the BLUPs, as R's `coef.merMod` lays them out: the fixed effects first,
 * then coefficients that vary without a fixed effect.
 */
export function groupCoefficients(fit: LmmEstimate): Record<string, RandomEffectRow[]> {
  return Object.fromEntries(
    fit.randomEffects.map((effects) => {
      const fixed = new Map(fit.fixed.map(({ name, estimate }) => [name, estimate]))
      const names = [...fixed.keys(), ...effects.terms.filter((term) => !fixed.has(term))]
      const rows = effects.levels.map((level, j) => {
        return rowOf(level, names, (k) => {
          const t = effects.terms.indexOf(names[k]!)
          const blup = t < 0 ? 0 : effects.values[j * effects.terms.length + t]!
          return (fixed.get(names[k]!) ?? 0) + blup
        })
      })
      return [effects.group, rows]
    }),
  )
}

/**
 * The lines `α_j + β_j x` of a multilevel model: a fixed column that within every level is a constant times a column
 * that varies by group counts towards that coefficient. With `u` constant within counties, `floor * u + (floor | county)`
 * gives `α_j = γ_0 + γ_u u_j + b_0j` and `β_j = γ_floor + γ_floor:u u_j + b_1j` (Gelman & Hill 2007, section 13.1).
 *
 * @param group a grouping factor; the first one when left out
 * @throws OptionError for a name that is no grouping factor
 */
export function groupLines(fit: LmmEstimate, group?: string): readonly GroupLine[] {
  const effects = findEffects(fit, group)
  const { design } = fit
  const bars = design.random.flatMap((term, designIndex) => {
    return term.group === effects.group && term.levels.length === effects.levels.length
      ? [{ term, designIndex }]
      : []
  })
  const first = bars[0]!.term
  const rowOfLevel = new Int32Array(effects.levels.length).fill(-1)
  first.codes.forEach((code, i) => {
    if (rowOfLevel[code] === -1) rowOfLevel[code] = i
  })
  const varianceOf = predictorVariance(fit)
  return effects.terms.flatMap((term, t) => {
    const column = bars
      .map((bar) => bar.term.columns[bar.term.terms.indexOf(term)])
      .find((c) => c !== undefined)!
    const multiples = levelMultiples(fit, first.codes, effects.levels.length, term, column)
    return effects.levels.map((level, j): GroupLine => {
      const x = Float64Array.from(multiples, (ofLevel) => ofLevel?.[j] ?? 0)
      const shares = bars.flatMap((bar): RandomShare[] => {
        const at = bar.term.terms.indexOf(term)
        if (at < 0) return []
        const z = Float64Array.from(bar.term.terms, (_, k) => (k === at ? 1 : 0))
        return [{ designIndex: bar.designIndex, level: j, z }]
      })
      let estimate = effects.values[j * effects.terms.length + t]!
      fit.fixed.forEach((effect, k) => {
        estimate += x[k]! * effect.estimate
      })
      return { group: effects.group, level, term, estimate, se: Math.sqrt(varianceOf(x, shares)) }
    })
  })
}

function findEffects(fit: LmmEstimate, group: string | undefined): RandomEffects {
  const found =
    group === undefined ? fit.randomEffects[0] : fit.randomEffects.find((entry) => entry.group === group)
  if (found !== undefined) return found
  throw new OptionError(`"${group}" is not a grouping factor of the fit`, {
    code: "unknown-group",
    where: fit.formula,
    hint: suggest(
      group ?? "",
      fit.randomEffects.map((entry) => entry.group),
    ),
  })
}

/**
 * For each fixed column the constant that turns the varying column into it, level by level; null for a column that is
 * no such multiple. Where a level's varying column is zero throughout, the constant of `x:u` is read off `u`.
 */
function levelMultiples(
  { design }: LmmEstimate,
  codes: Int32Array,
  levels: number,
  term: string,
  varying: Float64Array,
): readonly (Float64Array | null)[] {
  const { names, columns } = design.fixed
  return columns.map((column, f) => {
    const multiple = new Float64Array(levels).fill(Number.NaN)
    const other = names.indexOf(cofactor(names[f]!, term))
    for (let i = 0; i < codes.length; i++) {
      const j = codes[i]!
      const z = varying[i]!
      const value = column[i]!
      if (z === 0) {
        if (value !== 0) return null
        continue
      }
      const ratio = value / z
      if (Number.isNaN(multiple[j]!)) multiple[j] = ratio
      else if (Math.abs(multiple[j]! - ratio) > 1e-10 * Math.max(Math.abs(ratio), Math.abs(multiple[j]!)))
        return null
    }
    for (let i = 0; i < codes.length; i++) {
      const j = codes[i]!
      if (Number.isNaN(multiple[j]!)) multiple[j] = names[f] === term ? 1 : (columns[other]?.[i] ?? 0)
    }
    return multiple
  })
}

/** `u` for `x:u` and `u:x`, given `x`; the name itself when `x` is no part of it. */
function cofactor(name: string, term: string): string {
  if (name.startsWith(`${term}:`)) return name.slice(term.length + 1)
  return name.endsWith(`:${term}`) ? name.slice(0, -term.length - 1) : name
}
