import { OptionError, suggest } from "../core/errors.ts"
import { effectQuantity, listQuantities } from "../models/effect-quantities.ts"
import type { EffectQuantities, ModelGraph, Quantity } from "../models/graph.ts"

/**
 * Chooses what is recorded. An entry is a family (`b`, `sd`, `var`, `cov`, `cor`, `u`), a name (`b[floor]`), or a
 * name without its last index (`u[county,floor]` means every level). Without entries, everything.
 * @param withEffects false leaves the effects out: entries that name them are checked
 * @throws OptionError for an entry that names nothing
 */
export function chooseMonitors(
  graph: Pick<ModelGraph, "quantities" | "effects">,
  wanted: readonly string[] = [],
  withEffects = true,
): readonly Quantity[] {
  const { quantities, effects } = graph
  if (wanted.length === 0) return withEffects ? listQuantities(graph) : quantities
  const chosen = new Set<Quantity>()
  const levels = effects.map(({ terms }) => terms.map(() => new Set<number>()))
  for (const entry of wanted) {
    const found = quantities.filter(({ name, family }) => family === entry || isNamed(entry, name))
    for (const quantity of found) chosen.add(quantity)
    let count = found.length
    effects.forEach((of, k) => {
      of.terms.forEach((term, t) => {
        const named = levelsNamed(entry, of, term)
        count += named.length
        if (withEffects) for (const j of named) levels[k]![t]!.add(j)
      })
    })
    if (count === 0) throw unknown(entry, graph)
  }
  return [
    ...quantities.filter((quantity) => chosen.has(quantity)),
    ...effects.flatMap((of, k) =>
      levels[k]!.every((some) => some.size === 0)
        ? []
        : of.levels.flatMap((_, j) =>
            of.terms.flatMap((_, t) => (levels[k]![t]!.has(j) ? [effectQuantity(of, j, t)] : [])),
          ),
    ),
  ]
}

const isNamed = (entry: string, name: string): boolean =>
  name === entry || (entry.endsWith("]") && name.startsWith(`${entry.slice(0, -1)},`))

/** The levels at which an entry names a term's effects, without making their names. */
function levelsNamed(entry: string, { group, levels }: EffectQuantities, term: string): readonly number[] {
  const head = `u[${group},${term},`
  if (entry === "u" || isNamed(entry, head)) return [...levels.keys()]
  if (!entry.startsWith(head)) return []
  const rest = entry.slice(head.length)
  return [...levels.keys()].filter((j) => isNamed(rest, `${levels[j]}]`))
}

function unknown(entry: string, graph: Pick<ModelGraph, "quantities" | "effects">): OptionError {
  const all = listQuantities(graph)
  const names = [...new Set(all.map(({ family }) => family)), ...all.map(({ name }) => name)]
  return new OptionError(`nothing is called "${entry}"`, {
    code: "unknown-monitor",
    where: "monitor",
    hint: suggest(entry, names),
  })
}
