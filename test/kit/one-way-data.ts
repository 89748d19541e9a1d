import { datasets } from "../../src/data/datasets.ts"
import { type HierarchicalModel, lmm } from "../../src/samplers/model.ts"

/** The two shipped one-way layouts. */
const FORMULAS = { eck: "y ~ 1 + (1 | g)", pulp: "bright ~ 1 + (1 | operator)" } as const

export type OneWayName = keyof typeof FORMULAS

export const oneWayModel = (name: OneWayName, priors: readonly string[]): HierarchicalModel =>
  lmm(FORMULAS[name], datasets[name](), { priors })

/** Response and group of every row, for the quadrature. */
export function oneWayData(name: OneWayName) {
  const { response, random } = oneWayModel(name, []).design
  const { codes, levels } = random[0]!
  return { y: response.values, codes, levels: levels.length, names: levels }
}
