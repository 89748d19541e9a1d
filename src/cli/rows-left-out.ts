import type { Design } from "../models/formula/design.ts"
import { plural } from "./format-figures.ts"

/** Which rows of the data are not used, and why: `12 rows left out by subset week <= 6`; empty when all are used. */
export function rowsLeftOut({ subset, dropped }: Pick<Design, "subset" | "dropped">): readonly string[] {
  const condition = subset?.condition ?? null
  return [
    ...(subset === undefined
      ? []
      : [`${plural(subset.excluded, "row")} left out by subset${condition === null ? "" : ` ${condition}`}`]),
    ...(dropped === 0 ? [] : [`${plural(dropped, "row")} left out for missing values`]),
  ]
}
