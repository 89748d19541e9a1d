import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import type { DenseArena } from "../../src/math/wasm-dense/arena.ts"
import { DENSE_KERNEL_SOURCE } from "../../src/math/wasm-dense/binary.ts"
import { createDenseArena } from "../../src/math/wasm-dense/dense-arena.ts"
import { scatter } from "../kit/hand-made-design.ts"

const BACKENDS = ["fastest", "typescript"] as const
const SIZES = [1, 2, 3, 7, 8, 9, 16, 17, 31, 32, 33, 64, 65, 99, 130]

/** Positive definite, every number of both triangles given, NaN beyond the columns. */
function fill(a: Float64Array, n: number, stride: number, rows: number): void {
  const uniform = scatter(n)
  a.fill(Number.NaN)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= Math.min(i, n - 1); j++)
      a[i * stride + j] = uniform() - 0.5 + (i === j ? 1 + n / 4 : 0)
  }
}

function inner(a: Float64Array, rowA: number, b: Float64Array, rowB: number, count: number): number {
  let sum = 0
  for (let k = 0; k < count; k++) sum += a[rowA + k]! * b[rowB + k]!
  return sum
}

/** The larger of the two errors; NaN counts as infinite. */
function worse(error: number, found: number, expected: number): number {
  const difference = Math.abs(found - expected)
  return difference <= error ? error : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference
}

/** What was written where NaN stood, right of the n columns. */
function countNumbersBeyond(a: Float64Array, n: number, stride: number, rows: number): number {
  let count = 0
  for (let i = 0; i < rows; i++)
    for (let j = n; j < stride; j++) if (!Number.isNaN(a[i * stride + j]!)) count++
  return count
}

describe.each(BACKENDS)("%s", (backend) => {
  it.each(SIZES)("order %i: factor, carried rows, inverse", (n) => {
    const stride = n + 3
    const rows = n + 5
    const arena = createDenseArena(2 * rows * stride, backend)
    const a = arena.allocate(rows * stride)
    const out = arena.allocate(n * stride).fill(Number.NaN)
    fill(a, n, stride, rows)
    const before = Float64Array.from(a)
    expect(arena.choleskyLarge(a, stride, n, 5)).toBe(-1)
    let error = 0
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j <= Math.min(i, n - 1); j++) {
        error = worse(error, inner(a, i * stride, a, j * stride, j + 1), before[i * stride + j]!)
      }
    }
    expect(error).toBeLessThan(1e-13 * n + 1e-14)
    expect(countNumbersBeyond(a, n, stride, rows)).toBe(0)
    arena.invertLarge(a, stride, n, out)
    error = 0
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < n; k++) {
          sum += before[Math.max(i, k) * stride + Math.min(i, k)]! * out[k * stride + j]!
        }
        error = worse(error, sum, i === j ? 1 : 0)
        if (out[i * stride + j] !== out[j * stride + i]) error = Number.POSITIVE_INFINITY
      }
    }
    expect(error).toBeLessThan(1e-13)
    expect(countNumbersBeyond(out, n, stride, n)).toBe(0)
  })

  it.each([0, 3, 8, 21, 39])("the pivot that is not positive is named: %i", (bad) => {
    const n = 40
    const arena = createDenseArena(n * n, backend)
    const a = arena.allocate(n * n)
    for (const value of [-1, 0, Number.NaN]) {
      a.fill(0)
      for (let i = 0; i < n; i++) a[i * (n + 1)] = i === bad ? value : 2
      expect(arena.choleskyLarge(a, n, n, 0)).toBe(bad)
    }
  })

  it.each([
    [1, 1],
    [5, 3],
    [32, 8],
    [70, 301],
  ])("rank-k update and triangular solve, %i by %i", (n, k) => {
    const arena = createDenseArena(3 * (n + k + 4) ** 2, backend)
    const uniform = scatter(n + k)
    const a = arena.allocate(n * (k + 1)).map(() => uniform() - 0.5)
    const rows = arena.allocate(a.length)
    rows.set(a)
    const c = arena.allocate(n * (n + 2)).fill(1)
    arena.rankKUpdate(c, n + 2, n, rows, k + 1, k, -2)
    let error = 0
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        error = worse(error, c[i * (n + 2) + j]!, 1 - 2 * inner(a, i * (k + 1), a, j * (k + 1), k))
      }
      expect([c[i * (n + 2) + n], c[i * (n + 2) + n + 1]]).toEqual([1, 1])
    }
    const l = arena.allocate(k * k)
    fill(l, k, k, k)
    arena.triangularSolve(rows, k + 1, n, l, k, k)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < k; j++) {
        error = worse(error, inner(rows, i * (k + 1), l, j * k, j + 1), a[i * (k + 1) + j]!)
      }
      expect(rows[i * (k + 1) + k]).toBe(a[i * (k + 1) + k])
    }
    expect(error).toBeLessThan(1e-12)
  })
})

describe("the two backends", () => {
  it("are two here, and agree to rounding", () => {
    const n = 200
    const [wasm, plain] = BACKENDS.map((backend) => {
      const arena: DenseArena = createDenseArena(2 * n * n, backend)
      const a = arena.allocate(n * n)
      const out = arena.allocate(n * n)
      fill(a, n, n, n)
      arena.choleskyLarge(a, n, n, 0)
      arena.invertLarge(a, n, n, out)
      return { backend: arena.backend, out }
    }) as [{ backend: string; out: Float64Array }, { backend: string; out: Float64Array }]
    expect([wasm.backend, plain.backend]).toEqual(["wasm-simd", "typescript"])
    const largest = plain.out.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (let i = 0; i < n * n; i++)
      expect(Math.abs(wasm.out[i]! - plain.out[i]!)).toBeLessThan(1e-14 * largest)
  })

  it("an array from elsewhere, or more than was asked for, is refused", () => {
    const arena = createDenseArena(100)
    expect(() => arena.choleskyLarge(new Float64Array(4), 2, 2, 0)).toThrow(/arena/)
    expect(() => arena.allocate(1e6)).toThrow(/full/)
  })

  it("the binary was made from the source as it is", () => {
    const source = readFileSync(path.resolve(import.meta.dirname, "../../scripts/wasm/dense-kernel.ts"))
    expect(createHash("sha256").update(source).digest("hex")).toBe(DENSE_KERNEL_SOURCE)
  })
})
