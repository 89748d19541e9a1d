import { NumericalError } from "../../core/errors.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import type { Kernel } from "../sampler.ts"
import type { TargetRuns } from "./dependents.ts"
import { type Clique, createElimination } from "./elimination.ts"
import type { Engine } from "./engine.ts"
import { watchSlots } from "./watch.ts"

/** Discrete elements drawn together. Plain data. */
export interface EnumerationPart {
  readonly slots: Int32Array
  /** By element its least value and how many it has. */
  readonly lowest: Float64Array
  readonly counts: Int32Array
  /** Stochastic instances, the elements that each hangs on, and how many combinations of values these have. */
  readonly factors: readonly {
    readonly relation: number
    readonly instance: number
    readonly scope: readonly number[]
    readonly size: number
  }[]
  readonly cliques: readonly Clique[]
  /** What to compute again for each factor when its elements change, and when all have. */
  readonly computed: TargetRuns
  readonly after: TargetRuns
  /** By factor, whether it hangs on something else that is drawn. */
  readonly changes: Uint8Array
  /** Slots of data that the other factors hang on. */
  readonly data: Int32Array
}

/** Joint draw of the elements of a part from their exact conditional. */
export function bindEnumerationPart(part: EnumerationPart, engine: Engine): Kernel {
  const { slots, lowest, counts, factors, cliques, computed, after, changes } = part
  const elimination = createElimination(
    counts,
    factors.map(({ scope }) => scope),
    cliques,
    changes,
  )
  const instances = factors.map(({ instance }) => Int32Array.of(instance))
  const values = new Int32Array(slots.length)
  const before = new Int32Array(slots.length)
  const data = watchSlots(part.data)
  const isChanging = changes.includes(1)
  const place = (s: Float64Array, k: number, value: number): void => {
    s[slots[k]!] = lowest[k]! + value
  }
  /** Log densities of a factor at every combination of its elements. Leaves the state at the last. */
  const fillTable = (s: Float64Array, k: number): void => {
    const { relation, scope } = factors[k]!
    const f = engine.functions[relation]!
    const table = elimination.tables[k]!
    if (f.kind !== "stochastic") return
    for (let at = 0; at < table.length; at++) {
      let rest = at
      for (const v of scope) {
        place(s, v, rest % counts[v]!)
        rest = Math.floor(rest / counts[v]!)
      }
      engine.compute(s, computed, computed.start[k]!, computed.start[k + 1]!)
      const log = f.logDensity(s, instances[k]!, 0, 1)
      table[at] = Number.isNaN(log) ? -Infinity : log
    }
  }
  let isPossible = false
  /** Tables at the state, which it leaves as it was but for what is computed. */
  const prepare = (s: Float64Array): void => {
    for (let k = 0; k < slots.length; k++) before[k] = s[slots[k]!]! - lowest[k]!
    const isSame = isPossible && data.isSame(s)
    if (isSame && !isChanging) return
    for (let k = 0; k < factors.length; k++) {
      if (isSame && changes[k] === 0) continue
      fillTable(s, k)
      for (const v of factors[k]!.scope) place(s, v, before[v]!)
      // What other factors read has to be as it was.
      engine.compute(s, computed, computed.start[k]!, computed.start[k + 1]!)
    }
    data.remember(s)
    isPossible = elimination.eliminate(!isSame)
    if (isPossible) return
    const name = slotName(engine.graph, slots[0]!)
    throw new NumericalError(
      `no values of ${name} and the ${slots.length - 1} elements drawn with it are possible`,
      { code: "not-finite", where: name, hint: "give other initial values" },
    )
  }
  return {
    writes: slots,
    memoryLength: 0,
    step(s, _memory, rng) {
      prepare(s)
      elimination.draw(rng, values)
      for (let k = 0; k < slots.length; k++) place(s, k, values[k]!)
      engine.compute(s, after, 0, after.relation.length)
    },
    logConditional(s) {
      prepare(s)
      return elimination.logProbability(before)
    },
  }
}
