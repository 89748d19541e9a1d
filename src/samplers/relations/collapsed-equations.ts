/** Normal elements integrated out class by class: one small factorisation for all sets of elements with the same products. */
import { findElementClasses } from "./collapsed-classes.ts"
import { writeDraw, writePropose } from "./collapsed-code.ts"
import type { Equations } from "./collapsed-sparse.ts"
import type { CollapsedSums } from "./collapsed-sums.ts"
import { bindReload, makeTables } from "./collapsed-tables.ts"
import { makeFunction } from "./engine.ts"
import type { GaussianMatch } from "./gaussian-kernel.ts"

/** The generated code of a block and what it needs. */
export interface ClassCode {
  /** Numbers of the memory that `propose` fills and `draw` reads. */
  readonly length: number
  /** Factorises at weights of the terms; returns `b'Q⁻¹b − c − log|Q|`, NaN when Q is not positive definite. */
  propose(weights: Float64Array, memory: Float64Array): number
  /** Writes into the state the draw that standard normals `z` give, one for each element. */
  draw(weights: Float64Array, memory: Float64Array, z: Float64Array, s: Float64Array): void
  /** Takes the sums, whose r and c follow the data, into the tables of the code. */
  reload(): void
}

/** Equations by classes, all of whose groups are reduced; null when the elements have no such form. */
export function bindClassEquations(match: GaussianMatch, sums: CollapsedSums): Equations | null {
  const code = compileClasses(match, sums)
  if (code === null) return null
  const terms = sums.terms.length
  let current = new Float64Array(code.length)
  let proposed = new Float64Array(code.length)
  let weights = new Float64Array(terms)
  let proposedWeights = new Float64Array(terms)
  return {
    load(_s, isSame) {
      if (!isSame) code.reload()
    },
    propose(at) {
      proposedWeights.set(at)
      return code.propose(proposedWeights, proposed)
    },
    accept() {
      const other = current
      current = proposed
      proposed = other
      const otherWeights = weights
      weights = proposedWeights
      proposedWeights = otherWeights
    },
    draw(s, z) {
      code.draw(weights, current, z, s)
    },
  }
}

/** Writes and compiles the code of a block; null when its elements have no form with few classes. */
export function compileClasses({ factors, pairs }: GaussianMatch, sums: CollapsedSums): ClassCode | null {
  const classes = findElementClasses(factors.slots.length, factors.groups, pairs, sums)
  if (classes === null) return null
  const tables = makeTables(classes, sums, factors.slots)
  const reload = bindReload(tables, sums.terms)
  reload()
  const proposing = writePropose(tables)
  const drawing = writeDraw(tables)
  return {
    length: proposing.length,
    propose: makeFunction(["w", "o"], proposing.body, proposing.constants),
    draw: makeFunction(["w", "o", "z", "s"], drawing.body, drawing.constants),
    reload,
  }
}
