/** The structures that a random term's covariance matrix may have, by the name of the call around its bar. */

/**
 * `unstructured`: any covariance matrix; `diag`: columns independent, each with its variance (a bar with several columns
 * becomes one bar a column); `identity`: independent, one variance for all; `cs`: one variance and one correlation.
 */
export type BarStructure = "unstructured" | "diag" | "identity" | "cs"

export const STRUCTURE_NAMES: readonly BarStructure[] = ["diag", "identity", "cs"]

/** Whether a function around a bar names the structure of its covariance matrix. */
export function isBarStructure(name: string): name is BarStructure {
  return STRUCTURE_NAMES.some((known) => known === name)
}
