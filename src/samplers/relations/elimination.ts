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

/** A table of weights: their logarithms, and the numbers themselves, the largest 1. Several eliminations may read one. */
export interface Table {
  /** To be filled, the first variable of a scope fastest; then `readTable`. */
  readonly logs: Float64Array
  readonly numbers: Float64Array
  /** Smallest number that is not 0. */
  least: number
  /** Largest of the logarithms. */
  largest: number
  /** Whether it may be another at every call. */
  readonly isChanging: boolean
}

export const createTable = (size: number, isChanging = true): Table => ({
  logs: new Float64Array(size),
  numbers: new Float64Array(size),
  least: 1,
  largest: 0,
  isChanging,
})

/** Takes in the logarithms that a table was filled with. */
export function readTable(table: Table): void {
  const { logs, numbers } = table
  let largest = -Infinity
  for (let k = 0; k < logs.length; k++) if (logs[k]! > largest) largest = logs[k]!
  let least = 1
  for (let k = 0; k < logs.length; k++) {
    const number = logs[k] === -Infinity ? 0 : Math.exp(logs[k]! - largest)
    numbers[k] = number
    if (number < least && logs[k] !== -Infinity) least = number
  }
  table.least = least
  table.largest = largest
}

export interface Elimination {
  /** As given, or made: to be filled and read before `eliminate`. */
  readonly tables: readonly Table[]
  /**
   * Sums the variables out.
   * @param all whether tables that do not change are new, too
   * @returns whether some combination of values is possible
   */
  eliminate(all: boolean): boolean
  /** Draws values 0, 1, … of all variables into `values`, after `eliminate`. */
  draw(rng: Stream, values: Int32Array): void
  /** Log probability of values, after `eliminate`. */
  logProbability(values: Int32Array): number
  /** Logarithm of the sum over all values, after `eliminate`; −Infinity where none is possible. */
  logTotal(): number
}

/** A table or a message, and by combination of values its place there. */
interface Part extends Pick<Table, "logs" | "numbers"> {
  readonly places: Int32Array
}

interface Step {
  readonly variable: number
  readonly others: readonly number[]
  readonly count: number
  /** By combination of values, the variable's fastest, its weight, and the sum of each row. */
  readonly weights: Float64Array
  readonly sums: Float64Array
  /** Product of the parts that do not change. */
  readonly base: Float64Array
  readonly fixed: readonly Part[]
  readonly changing: readonly Part[]
  readonly message: Pick<Part, "logs" | "numbers">
  /** Logarithm of what its message was divided by; of the whole sum where it has none. */
  scale: number
}

/**
 * Allocates everything. What hangs on tables that do not change is worked out once. Numbers are multiplied, their logarithms
 * added only where a product of them might be too small for a number.
 *
 * @param cliques from `orderElimination` with the same counts and scopes
 * @param tables one for each scope, of its size
 */
export function createElimination(
  counts: ArrayLike<number>,
  scopes: readonly (readonly number[])[],
  cliques: readonly Clique[],
  tables: readonly Table[] = scopes.map((scope) => createTable(sizeOf(scope, counts))),
): Elimination {
  // By variable the tables and messages that it is in, and those that another variable has taken already.
  const having = Array.from(counts, (): (Table & { scope: readonly number[] })[] => [])
  const taken = new Set<readonly number[]>()
  const enter = (table: Table, scope: readonly number[]): void => {
    for (const v of scope) having[v]!.push({ ...table, scope })
  }
  tables.forEach((table, k) => {
    enter(table, scopes[k]!)
  })
  let most = 1
  const steps = cliques.map(({ variable, others }): Step => {
    const own = having[variable]!.filter(({ scope }) => !taken.has(scope))
    for (const { scope } of own) taken.add(scope)
    most = Math.max(most, own.length)
    // The variable itself is fastest: its values stand side by side.
    const all = [variable, ...others]
    const message = createTable(
      sizeOf(others, counts),
      own.some(({ isChanging }) => isChanging),
    )
    enter(message, others)
    const parts = own.map((part) => ({ ...part, places: placesIn(all, part.scope, counts) }))
    return {
      variable,
      others,
      count: counts[variable]!,
      weights: new Float64Array(sizeOf(all, counts)),
      sums: new Float64Array(sizeOf(others, counts)),
      base: new Float64Array(sizeOf(all, counts)).fill(1),
      fixed: parts.filter(({ isChanging }) => !isChanging),
      changing: parts.filter(({ isChanging }) => isChanging),
      message,
      scale: 0,
    }
  })
  // No product of numbers that are 0 or at least this is too small for a number.
  const least = 10 ** (-300 / most)
  /** @returns whether every message is 0 or large enough */
  const multiply = (step: Step, all: boolean): boolean => {
    const { count, weights, sums, base, fixed, changing, message } = step
    if (all) multiplyParts(fixed, base.fill(1))
    else if (changing.length === 0) return true
    weights.set(base)
    multiplyParts(changing, weights)
    let largest = 0
    for (let row = 0; row < sums.length; row++) {
      let sum = 0
      for (let k = row * count; k < (row + 1) * count; k++) sum += weights[k]!
      sums[row] = sum
      if (sum > largest) largest = sum
    }
    step.scale = Math.log(largest)
    let isSafe = true
    for (let row = 0; row < sums.length; row++) {
      const number = largest > 0 ? sums[row]! / largest : 0
      message.numbers[row] = number
      if (number < least && number !== 0) isSafe = false
    }
    return isSafe
  }
  // After logarithms the weights of no step are what the fixed parts make them.
  let isWhole = false
  const isPossible = (): boolean => steps.every(({ others, sums }) => others.length > 0 || sums[0]! > 0)
  const rowOf = ({ others }: Step, values: Int32Array): number => {
    let row = 0
    let stride = 1
    for (const v of others) {
      row += values[v]! * stride
      stride *= counts[v]!
    }
    return row
  }
  return {
    tables,
    eliminate(all) {
      const isNew = all || !isWhole
      let isSafe = tables.every((table) => table.least >= least)
      for (let k = 0; k < steps.length && isSafe; k++) isSafe = multiply(steps[k]!, isNew)
      isWhole = isSafe
      if (!isSafe) for (const step of steps) addLogs(step)
      return isPossible()
    },
    draw(rng, values) {
      for (let k = steps.length - 1; k >= 0; k--) {
        const { variable, weights, sums, count } = steps[k]!
        const row = rowOf(steps[k]!, values)
        let rest = rng.uniform() * sums[row]!
        let value = -1
        for (let j = 0; j < count; j++) {
          const weight = weights[row * count + j]!
          // Rounding may leave the last value, which may be impossible.
          if (weight === 0) continue
          value = j
          if (rest < weight) break
          rest -= weight
        }
        values[variable] = value
      }
    },
    logTotal() {
      let total = 0
      if (isWhole) for (let k = 0; k < tables.length; k++) total += tables[k]!.largest
      for (let k = 0; k < steps.length; k++) {
        const { others, message, scale } = steps[k]!
        if (isWhole) total += scale
        else if (others.length === 0) total += message.logs[0]!
      }
      return total
    },
    logProbability(values) {
      let log = 0
      for (const step of steps) {
        const row = rowOf(step, values)
        log += Math.log(step.weights[row * step.count + values[step.variable]!]! / step.sums[row]!)
      }
      return log
    },
  }
}

/** Combinations of values of variables. */
const sizeOf = (scope: readonly number[], counts: ArrayLike<number>): number =>
  scope.reduce((size, v) => size * counts[v]!, 1)

function multiplyParts(parts: readonly Part[], into: Float64Array): void {
  for (let p = 0; p < parts.length; p++) {
    const { numbers, places } = parts[p]!
    for (let k = 0; k < into.length; k++) into[k]! *= numbers[places[k]!]!
  }
}

/** A step by logarithms: its weights, the largest of each row 1, and the logarithm of its message. */
function addLogs({ count, weights, sums, fixed, changing, message }: Step): void {
  weights.fill(0)
  for (const { logs, places } of fixed)
    for (let k = 0; k < weights.length; k++) weights[k]! += logs[places[k]!]!
  for (const { logs, places } of changing)
    for (let k = 0; k < weights.length; k++) weights[k]! += logs[places[k]!]!
  for (let row = 0; row < sums.length; row++) {
    const from = row * count
    let largest = -Infinity
    for (let k = from; k < from + count; k++) if (weights[k]! > largest) largest = weights[k]!
    let sum = 0
    for (let k = from; k < from + count; k++) {
      weights[k] = largest === -Infinity ? 0 : Math.exp(weights[k]! - largest)
      sum += weights[k]!
    }
    sums[row] = sum
    message.logs[row] = largest === -Infinity ? largest : largest + Math.log(sum)
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
