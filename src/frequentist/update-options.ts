/** What the `update` of linear and of mixed models have in common. */

import { ModelError } from "../core/errors.ts"

/** The options with some changed; `null` takes one away. */
export function mergeOptions<Options extends object>(
  options: Options,
  changes: { readonly [Name in keyof Options]?: Options[Name] | null },
): Options {
  const merged: [string, unknown][] = Object.entries({ ...options, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== null)) as Options
}

/** The error of updating what no formula made. */
export function notFromFormula(where: string, call: string): ModelError {
  return new ModelError("this fit was made from a design, without the data of its formula", {
    code: "no-formula",
    where,
    hint: `fit the formula with ${call}, and update that`,
  })
}
