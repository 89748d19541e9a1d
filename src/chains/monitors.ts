import { OptionError, suggest } from "../core/errors.ts"
import type { Quantity } from "../models/graph.ts"

/**
 * Chooses what is recorded. An entry is a family (`b`, `sd`, `var`, `cov`, `cor`, `u`), a name (`b[floor]`), or a
 * name without its last index (`u[county,floor]` means every level). Without entries, everything.
 * @throws OptionError for an entry that names nothing
 */
export function chooseMonitors(
  quantities: readonly Quantity[],
  wanted?: readonly string[],
): readonly Quantity[] {
  if (wanted === undefined || wanted.length === 0) return quantities
  const chosen = new Set<Quantity>()
  for (const entry of wanted) {
    const prefix = entry.endsWith("]") ? `${entry.slice(0, -1)},` : null
    const found = quantities.filter(
      ({ name, family }) =>
        family === entry || name === entry || (prefix !== null && name.startsWith(prefix)),
    )
    if (found.length === 0) {
      const names = [...new Set(quantities.map((q) => q.family)), ...quantities.map((q) => q.name)]
      throw new OptionError(`nothing is called "${entry}"`, {
        code: "unknown-monitor",
        where: "monitor",
        hint: suggest(entry, names),
      })
    }
    for (const quantity of found) chosen.add(quantity)
  }
  return quantities.filter((quantity) => chosen.has(quantity))
}
