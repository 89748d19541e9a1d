/** The dense kernels in TypeScript, for where WebAssembly with SIMD is missing or forbidden. */

import { factorDenseCholesky, invertFromCholesky } from "../dense-cholesky.ts"
import type { DenseArena } from "./arena.ts"

/** An arena whose arrays are ordinary ones. */
export function createPlainArena(): DenseArena {
  return {
    backend: "typescript",
    allocate: (length) => new Float64Array(length),
    choleskyLarge: factorDenseCholesky,
    invertLarge: invertFromCholesky,
    rankKUpdate,
    triangularSolve,
  }
}

function rankKUpdate(
  c: Float64Array,
  cStride: number,
  n: number,
  a: Float64Array,
  aStride: number,
  k: number,
  factor: number,
): void {
  for (let i = 0; i < n; i++) {
    const rowI = i * aStride
    let j = 0
    for (; j + 1 <= i; j += 2) {
      const rowJ = j * aStride
      const rowH = rowJ + aStride
      let ij = 0
      let ih = 0
      for (let t = 0; t < k; t++) {
        const x = a[rowI + t]!
        ij += x * a[rowJ + t]!
        ih += x * a[rowH + t]!
      }
      const to = i * cStride + j
      c[to] = c[to]! + factor * ij
      c[to + 1] = c[to + 1]! + factor * ih
    }
    if (j > i) continue
    let ii = 0
    for (let t = 0; t < k; t++) ii += a[rowI + t]! * a[rowI + t]!
    c[i * cStride + i] = c[i * cStride + i]! + factor * ii
  }
}

function triangularSolve(
  x: Float64Array,
  xStride: number,
  m: number,
  l: Float64Array,
  lStride: number,
  n: number,
): void {
  for (let i = 0; i < m; i++) {
    const row = i * xStride
    for (let j = 0; j < n; j++) {
      const other = j * lStride
      let value = x[row + j]!
      for (let t = 0; t < j; t++) value -= x[row + t]! * l[other + t]!
      x[row + j] = value / l[other + j]!
    }
  }
}
