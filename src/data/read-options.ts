/** What a reader of tables may be told about the columns. */

import { DataError, OptionError, suggest } from "../core/errors.ts"

export interface ReadOptions {
  /** Texts that mean "missing"; they replace the default, `["NA", ""]`. */
  readonly na?: readonly string[]
  /** Columns to take as factors. */
  readonly factor?: readonly string[]
  /** Columns to take as numbers: a cell that is not one is an error, not a reason to take the column as text. */
  readonly numeric?: readonly string[]
  /** Stops a reading under way; the promise is then rejected with the signal's reason. */
  readonly signal?: AbortSignal
}

/** `ReadOptions` with the defaults filled in, as sets. */
export interface ReadRules {
  readonly na: ReadonlySet<string>
  readonly factor: ReadonlySet<string>
  readonly numeric: ReadonlySet<string>
}

/**
 * Fills in the defaults.
 *
 * @throws OptionError `invalid-option` when an option is not a list, `conflicting-options` when a column is to be both
 * factor and numeric
 */
export function resolveReadRules(options: ReadOptions): ReadRules {
  const rules = {
    na: toSet("na", options.na ?? ["NA", ""]),
    factor: toSet("factor", options.factor ?? []),
    numeric: toSet("numeric", options.numeric ?? []),
  }
  for (const column of rules.factor) {
    if (!rules.numeric.has(column)) continue
    throw new OptionError(
      `column "${column}" is named by both "factor" and "numeric", expected one of them`,
      {
        code: "conflicting-options",
        where: "option factor",
        hint: "name the column in one of the two; a numeric column that groups rows is a factor there anyway",
      },
    )
  }
  return rules
}

/**
 * Checks that the columns the rules name are there.
 *
 * @throws DataError `unknown-column`
 */
export function checkNamedColumns(rules: ReadRules, names: readonly string[], table: string): void {
  for (const option of ["factor", "numeric"] as const) {
    for (const column of rules[option]) {
      if (names.includes(column)) continue
      throw new DataError(`no column "${column}" (option ${option})`, {
        code: "unknown-column",
        where: table,
        hint: suggest(column, names),
      })
    }
  }
}

function toSet(option: string, list: readonly string[]): ReadonlySet<string> {
  if (Array.isArray(list) && list.every((item) => typeof item === "string")) return new Set(list)
  throw new OptionError(`found ${JSON.stringify(list)}, expected a list of texts`, {
    code: "invalid-option",
    where: `option ${option}`,
    hint: `write ${option}: ["…"]`,
  })
}
