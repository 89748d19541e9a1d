/** The iterations of nested loops: for each loop variable a column with its value in each of them. */
export interface Iterations {
  readonly count: number
  /** Outermost loop first, `count` values each. */
  readonly columns: readonly Float64Array[]
}

/** Outside of all loops: everything happens once. */
export const ONCE: Iterations = { count: 1, columns: [] }

/** Values of the loop variables in one iteration. */
export const iterationAt = ({ columns }: Iterations, i: number): number[] =>
  columns.map((column) => column[i]!)

/** Some of the iterations, in the order given. */
export function selectIterations({ count, columns }: Iterations, chosen: Int32Array): Iterations {
  if (chosen.length === count) return { count, columns }
  return {
    count: chosen.length,
    columns: columns.map((column) => {
      const picked = new Float64Array(chosen.length)
      for (let k = 0; k < chosen.length; k++) picked[k] = column[chosen[k]!]!
      return picked
    }),
  }
}
