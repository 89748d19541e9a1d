/** From what was typed to a model: shared by every command that takes a formula and data. */
import { OptionError } from "../core/errors.ts"
import { readTable } from "../data/read-table.ts"
import type { Table } from "../data/table.ts"
import { type HierarchicalModel, lmm } from "../samplers/model.ts"
import { METHODS, type Method } from "../samplers/plan.ts"
import { type DataFlags, type PriorFlags, suggestChoice } from "./options.ts"
import { rowsLeftOut } from "./rows-left-out.ts"

export interface LoadedModel {
  readonly table: Table
  readonly method: Method
  readonly model: HierarchicalModel
}

/** @throws GibbsError of whatever kind is wrong with file, formula, data or priors */
export async function loadModel(
  formula: string,
  source: string,
  flags: DataFlags & PriorFlags,
): Promise<LoadedModel> {
  const method = readMethod(flags.method)
  const table = await readData(source, flags)
  const { prior = [], weights, se } = flags
  const options = {
    ...designOptions(flags),
    ...(weights === undefined ? {} : { weights }),
    ...(se === undefined ? {} : { se }),
  }
  return { table, method, model: lmm(formula, table, { ...options, priors: prior }) }
}

/** The table that an argument names, read as the flags say. @throws DataError when it cannot be read */
export function readData(source: string, { na, factor, numeric }: DataFlags): Promise<Table> {
  return readTable(source, {
    ...(na === undefined ? {} : { na }),
    ...(factor === undefined ? {} : { factor }),
    ...(numeric === undefined ? {} : { numeric }),
  })
}

/** The method asked for, `auto` without one. @throws OptionError for one that does not exist */
function readMethod(text: string = "auto"): Method {
  const method = METHODS.find((name) => name === text)
  if (method !== undefined) return method
  throw new OptionError(`found "${text}", expected one of ${METHODS.join(", ")}`, {
    code: "invalid-option",
    where: "--method",
    hint: suggestChoice(text, METHODS),
  })
}

/** The options of a design, its rows among them; conversions are named again, so that new rows are converted alike. */
export function designOptions({ contrasts, factor, numeric, subset }: DataFlags) {
  return {
    ...(contrasts === undefined ? {} : { contrasts }),
    ...(factor === undefined ? {} : { factor }),
    ...(numeric === undefined ? {} : { numeric }),
    ...(subset === undefined ? {} : { subset }),
  }
}

/** `919 rows, 85 levels of county`, and how many rows were left out. */
export function describeData({ design }: HierarchicalModel): string {
  const groups = new Map(design.random.map(({ group, levels }) => [group, levels.length]))
  const levels = [...groups].map(([group, count]) => `${count} levels of ${group}`)
  return [`${design.nobs} rows`, ...rowsLeftOut(design), ...levels].join(", ")
}
