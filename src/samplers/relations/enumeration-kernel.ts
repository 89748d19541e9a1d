import { NumericalError } from "../../core/errors.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import type { Kernel } from "../sampler.ts"
import type { TargetRuns } from "./dependents.ts"
import { createElimination, createTable, type Elimination, readTable, type Table } from "./elimination.ts"
import type { Engine } from "./engine.ts"
import { createNumbering, type FactorClasses, separateFactors } from "./enumeration-classes.ts"
import type { EnumerationPart } from "./enumeration-part.ts"
import { watchSlots } from "./watch.ts"

/** Parts that tell nothing of each other given the rest. Plain data. */
export interface EnumerationParts {
  readonly parts: readonly EnumerationPart[]
  readonly sharing: FactorClasses
  /** What to compute again when all elements have changed. */
  readonly after: TargetRuns
}

/** A kernel that knows the density with its elements summed out, too. */
export interface Enumeration extends Kernel {
  /** Log of the densities summed over all values of all elements; −Infinity where none is possible. */
  logTotal(s: Float64Array): number
}

/**
 * Joint draw of the elements of each part from their exact conditional. Densities of one class share a table, those of one scope
 * are multiplied into one, and parts that are alike in all of this are summed out together.
 */
export function bindEnumeration({ parts, sharing, after }: EnumerationParts, engine: Engine): Enumeration {
  const slots = Int32Array.from(parts.flatMap((part) => [...part.slots]))
  const isAsGiven = watchSlots(sharing.data)
  isAsGiven.remember(engine.graph.values)
  const shared = bindTables(parts, sharing, engine)
  let separate: ReturnType<typeof bindTables> | null = null
  const tablesAt = (s: Float64Array): ReturnType<ReturnType<typeof bindTables>> => {
    if (isAsGiven.isSame(s)) return shared(s)
    separate ??= bindTables(parts, separateFactors(parts), engine)
    return separate(s)
  }
  const eliminationsAt = (s: Float64Array): readonly Elimination[] => {
    const { eliminations, impossible } = tablesAt(s)
    if (impossible !== null) throw noValues(impossible, engine)
    return eliminations
  }
  const values = parts.map((part) => new Int32Array(part.slots.length))
  return {
    writes: slots,
    memoryLength: 0,
    step(s, _memory, rng) {
      const eliminations = eliminationsAt(s)
      for (let p = 0; p < parts.length; p++) {
        const { slots: own, lowest } = parts[p]!
        const drawn = values[p]!
        eliminations[p]!.draw(rng, drawn)
        for (let k = 0; k < own.length; k++) s[own[k]!] = lowest[k]! + drawn[k]!
      }
      engine.compute(s, after, 0, after.relation.length)
    },
    logTotal(s) {
      const { eliminations, impossible } = tablesAt(s)
      if (impossible !== null) return -Infinity
      let total = 0
      for (let p = 0; p < eliminations.length; p++) total += eliminations[p]!.logTotal()
      return total
    },
    logConditional(s) {
      const eliminations = eliminationsAt(s)
      let total = 0
      for (let p = 0; p < parts.length; p++) {
        const { slots: own, lowest } = parts[p]!
        for (let k = 0; k < own.length; k++) values[p]![k] = s[own[k]!]! - lowest[k]!
        total += eliminations[p]!.logProbability(values[p]!)
      }
      return total
    },
  }
}

/** A table of densities, where to find one of them, and the tables that it enters. */
interface Density {
  readonly part: number
  readonly factor: number
  readonly isChanging: boolean
  readonly logs: Float64Array
}

/** Densities of one scope. */
interface Product {
  readonly densities: readonly Density[]
  readonly table: Table
}

/** Eliminations by part, and a part of which no values are possible. */
interface Eliminated {
  readonly eliminations: readonly Elimination[]
  readonly impossible: EnumerationPart | null
}

/** A function that works out, at a state, the elimination of each part. It leaves the state as it was. */
function bindTables(
  parts: readonly EnumerationPart[],
  { classes, count }: FactorClasses,
  engine: Engine,
): (s: Float64Array) => Eliminated {
  const densities = new Array<Density>(count)
  const products: Product[] = []
  const productOf = createNumbering()
  const kinds: { readonly part: EnumerationPart; readonly elimination: Elimination }[] = []
  const kindOf = createNumbering()
  const eliminations = parts.map((part, p) => {
    const scopes: (readonly number[])[] = []
    const members: number[][] = []
    const scopeOf = createNumbering()
    part.factors.forEach(({ scope, size }, k) => {
      const c = classes[p]![k]!
      densities[c] ??= { part: p, factor: k, isChanging: part.changes[k] === 1, logs: new Float64Array(size) }
      const n = scopeOf(scope.join())
      scopes[n] ??= scope
      ;(members[n] ??= []).push(c)
    })
    const own = members.map((list) => {
      const n = productOf(list.sort((a, b) => a - b).join())
      products[n] ??= createProduct(list.map((c) => densities[c]!))
      return n
    })
    // The order of elimination follows from counts and scopes.
    const kind = kindOf(
      `${part.counts.join()} | ${own.map((n, k) => `${n}: ${scopes[k]!.join()}`).join("; ")}`,
    )
    const tables = own.map((n) => products[n]!.table)
    kinds[kind] ??= { part, elimination: createElimination(part.counts, scopes, part.cliques, tables) }
    return kinds[kind].elimination
  })
  const fill = bindFill(parts, engine)
  const data = watchSlots(Int32Array.from(new Set(parts.flatMap((part) => [...part.data]))))
  const isChanging = densities.some((density) => density.isChanging)
  const possible: Eliminated = { eliminations, impossible: null }
  let isPossible = false
  return (s) => {
    const isSame = isPossible && data.isSame(s)
    if (isSame && !isChanging) return possible
    for (const density of densities) if (density.isChanging || !isSame) fill(s, density)
    for (const product of products) if (product.table.isChanging || !isSame) multiply(product)
    data.remember(s)
    isPossible = true
    for (const { part, elimination } of kinds)
      if (!elimination.eliminate(!isSame)) {
        isPossible = false
        return { eliminations, impossible: part }
      }
    return possible
  }
}

const createProduct = (densities: readonly Density[]): Product => ({
  densities,
  table: createTable(
    densities[0]!.logs.length,
    densities.some(({ isChanging }) => isChanging),
  ),
})

function multiply({ densities, table }: Product): void {
  const { logs } = table
  logs.set(densities[0]!.logs)
  for (let d = 1; d < densities.length; d++)
    for (let k = 0; k < logs.length; k++) logs[k]! += densities[d]!.logs[k]!
  readTable(table)
}

/** A function that writes the log density at every combination of its elements, and leaves the state as it was. */
function bindFill(
  parts: readonly EnumerationPart[],
  engine: Engine,
): (s: Float64Array, density: Density) => void {
  const one = Int32Array.of(0)
  return (s, { part, factor, logs }) => {
    const { slots, lowest, counts, factors, computed } = parts[part]!
    const { relation, instance, scope } = factors[factor]!
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") return
    const from = computed.start[factor]!
    const to = computed.start[factor + 1]!
    one[0] = instance
    const before = scope.map((v) => s[slots[v]!]!)
    for (let at = 0; at < logs.length; at++) {
      let rest = at
      for (const v of scope) {
        s[slots[v]!] = lowest[v]! + (rest % counts[v]!)
        rest = Math.floor(rest / counts[v]!)
      }
      engine.compute(s, computed, from, to)
      const log = f.logDensity(s, one, 0, 1)
      logs[at] = Number.isNaN(log) ? -Infinity : log
    }
    // What others read has to be as it was.
    scope.forEach((v, k) => {
      s[slots[v]!] = before[k]!
    })
    engine.compute(s, computed, from, to)
  }
}

function noValues({ slots }: EnumerationPart, { graph }: Engine): NumericalError {
  const name = slotName(graph, slots[0]!)
  return new NumericalError(
    `no values of ${name} and the ${slots.length - 1} elements drawn with it are possible`,
    { code: "not-finite", where: name, hint: "give other initial values" },
  )
}
