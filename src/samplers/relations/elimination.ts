/**
 * Exact joint draws of discrete variables from a product of tables, by eliminating one variable after another and drawing
 * them in the opposite order. Source: Koller & Friedman (2009), Probabilistic graphical models, sections 9.3 and 12.3; for
 * chains of states it is forward filtering and backward sampling.
 */
import type { Stream } from "../../random/stream.ts"

/** A variable with all that it is weighed with when it is eliminated. */
export interface Clique {
  readonly variable: number
  /** The other variables, of which every one is eliminated later. */
  readonly others: readonly number[]
  /** Values of all together. */
  readonly size: number
}

/**
 * An order of elimination, each time the variable whose clique is smallest.
 * @param counts number of values of each variable
 * @param scopes variables of each table
 */
export function orderElimination(
  counts: ArrayLike<number>,
  scopes: readonly (readonly number[])[],
): Clique[] {
  const neighbours = Array.from(counts, () => new Set<number>())
  for (const scope of scopes) for (const a of scope) for (const b of scope) if (a !== b) neighbours[a]!.add(b)
  const waiting = new Set(neighbours.keys())
  const sizeOf = (v: number): number => {
    let size = counts[v]!
    for (const other of neighbours[v]!) size *= counts[other]!
    return size
  }
  const sizes = neighbours.map((_, v) => sizeOf(v))
  const cliques: Clique[] = []
  while (waiting.size > 0) {
    let variable = -1
    for (const v of waiting) if (variable < 0 || sizes[v]! < sizes[variable]!) variable = v
    const others = [...neighbours[variable]!]
    cliques.push({ variable, others, size: sizes[variable]! })
    waiting.delete(variable)
    for (const a of others) {
      neighbours[a]!.delete(variable)
      for (const b of others) if (a !== b) neighbours[a]!.add(b)
    }
    for (const a of others) sizes[a] = sizeOf(a)
  }
  return cliques
}

export interface Elimination {
  /** Log tables as given, the first variable of a scope fastest: to be filled before `eliminate`. */
  readonly tables: readonly Float64Array[]
  /** Sums the variables out. @returns whether some combination of values is possible */
  eliminate(): boolean
  /** Draws values 0, 1, … of all variables into `values`, after `eliminate`. */
  draw(rng: Stream, values: Int32Array): void
  /** Log probability of values, after `eliminate`. */
  logProbability(values: Int32Array): number
}

/** Allocates everything. @param cliques from `orderElimination` with the same counts and scopes */
export function createElimination(
  counts: ArrayLike<number>,
  scopes: readonly (readonly number[])[],
  cliques: readonly Clique[],
): Elimination {
  const sizeOf = (scope: readonly number[]) => scope.reduce((size, v) => size * counts[v]!, 1)
  const tables = scopes.map((scope) => new Float64Array(sizeOf(scope)))
  let waiting = scopes.map((scope, k) => ({ scope, table: tables[k]! }))
  const steps = cliques.map(({ variable, others }) => {
    const parts = waiting.filter(({ scope }) => scope.includes(variable))
    waiting = waiting.filter((part) => !parts.includes(part))
    // The variable itself is fastest: its values stand side by side.
    const all = [variable, ...others]
    const message = new Float64Array(sizeOf(others))
    waiting.push({ scope: others, table: message })
    return {
      variable,
      others,
      count: counts[variable]!,
      weights: new Float64Array(sizeOf(all)),
      message,
      parts: parts.map(({ scope, table }) => ({ table, places: placesIn(all, scope, counts) })),
    }
  })
  const rowOf = ({ others, count }: (typeof steps)[number], values: Int32Array): number => {
    let row = 0
    let stride = count
    for (const v of others) {
      row += values[v]! * stride
      stride *= counts[v]!
    }
    return row
  }
  return {
    tables,
    eliminate() {
      for (const { count, weights, message, parts } of steps) {
        weights.fill(0)
        for (const { table, places } of parts)
          for (let k = 0; k < weights.length; k++) weights[k]! += table[places[k]!]!
        for (let row = 0; row < message.length; row++) {
          const from = row * count
          let largest = -Infinity
          for (let k = from; k < from + count; k++) if (weights[k]! > largest) largest = weights[k]!
          let sum = 0
          if (largest > -Infinity)
            for (let k = from; k < from + count; k++) sum += Math.exp(weights[k]! - largest)
          message[row] = largest === -Infinity ? largest : largest + Math.log(sum)
        }
      }
      return steps.every(({ others, message }) => others.length > 0 || message[0]! > -Infinity)
    },
    draw(rng, values) {
      for (let k = steps.length - 1; k >= 0; k--) {
        const step = steps[k]!
        const row = rowOf(step, values)
        const total = step.message[row / step.count]!
        let u = rng.uniform()
        let value = -1
        for (let j = 0; j < step.count && u >= 0; j++) {
          const p = Math.exp(step.weights[row + j]! - total)
          u -= p
          // Rounding may leave the last value, which may be impossible.
          if (p > 0) value = j
        }
        values[step.variable] = value
      }
    },
    logProbability(values) {
      let log = 0
      for (const step of steps) {
        const row = rowOf(step, values)
        log += step.weights[row + values[step.variable]!]! - step.message[row / step.count]!
      }
      return log
    },
  }
}

/** For each combination of values of `all`, the first fastest, its place in a table over `scope`. */
function placesIn(all: readonly number[], scope: readonly number[], counts: ArrayLike<number>): Int32Array {
  const strides = all.map(() => 0)
  let stride = 1
  for (const v of scope) {
    strides[all.indexOf(v)] = stride
    stride *= counts[v]!
  }
  const places = new Int32Array(all.reduce((size, v) => size * counts[v]!, 1))
  let filled = 1
  all.forEach((v, a) => {
    for (let value = 1; value < counts[v]!; value++)
      for (let k = 0; k < filled; k++) places[value * filled + k] = places[k]! + value * strides[a]!
    filled *= counts[v]!
  })
  return places
}
