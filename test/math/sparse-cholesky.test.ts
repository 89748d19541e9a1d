import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { orderByMinimumDegree } from "../../src/math/minimum-degree.ts"
import {
  analyseSparse,
  analyseSparseWithin,
  createSparseFactor,
  factoriseSparse,
  fromPivotOrder,
  logDeterminantSparse,
  solveSparse,
  solveSparseLower,
  solveSparseUpper,
  toPivotOrder,
} from "../../src/math/sparse-cholesky.ts"
import { scatter } from "../kit/hand-made-design.ts"

interface Sparse {
  readonly n: number
  readonly pointers: Int32Array
  readonly rows: Int32Array
  readonly values: Float64Array
}

/** One triangle of a diagonally dominant matrix with these pairs, in the order they come. */
function fromPairs(
  n: number,
  pairs: readonly (readonly [number, number])[],
  triangle: "lower" | "upper",
): Sparse {
  const uniform = scatter(n + pairs.length)
  const columns: { row: number; value: number }[][] = Array.from({ length: n }, () => [])
  const diagonal = new Float64Array(n).fill(0.1)
  const seen = new Set<string>()
  for (const [a, b] of pairs) {
    const [i, j] = triangle === "lower" ? [Math.max(a, b), Math.min(a, b)] : [Math.min(a, b), Math.max(a, b)]
    if (i === j || seen.has(`${i},${j}`)) continue
    seen.add(`${i},${j}`)
    const value = 2 * uniform() - 1
    columns[j]!.push({ row: i, value })
    diagonal[i]! += Math.abs(value)
    diagonal[j]! += Math.abs(value)
  }
  columns.forEach((column, j) => {
    column.splice(Math.floor(uniform() * (column.length + 1)), 0, { row: j, value: diagonal[j]! })
  })
  const pointers = new Int32Array(n + 1)
  for (let j = 0; j < n; j++) pointers[j + 1] = pointers[j]! + columns[j]!.length
  const flat = columns.flat()
  return {
    n,
    pointers,
    rows: Int32Array.from(flat, ({ row }) => row),
    values: Float64Array.from(flat, ({ value }) => value),
  }
}

function dense({ n, pointers, rows, values }: Sparse): number[][] {
  const a = Array.from({ length: n }, () => new Array<number>(n).fill(0))
  for (let j = 0; j < n; j++) {
    for (let at = pointers[j]!; at < pointers[j + 1]!; at++) {
      a[rows[at]!]![j] = values[at]!
      a[j]![rows[at]!] = values[at]!
    }
  }
  return a
}

function denseCholesky(a: number[][]): number[][] {
  const l = a.map((row) => row.map(() => 0))
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!
      for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!
      l[i]![j] = i === j ? Math.sqrt(sum) : sum / l[j]![j]!
    }
  }
  return l
}

type Ordering = "minimumDegree" | "natural" | Int32Array

/** Everything against dense algebra. */
function check(matrix: Sparse, ordering: Ordering): void {
  const { n } = matrix
  const symbolic = analyseSparse(n, matrix.pointers, matrix.rows, { ordering })
  expect([...symbolic.permutation].sort((x, y) => x - y)).toEqual(Array.from({ length: n }, (_, k) => k))
  const factor = createSparseFactor(symbolic)
  // Twice: what the first left behind must not matter.
  expect(
    factoriseSparse(
      factor,
      matrix.values.map((value) => 3 * value),
    ),
  ).toBe(true)
  expect(factoriseSparse(factor, matrix.values)).toBe(true)
  const a = dense(matrix)
  const order = [...symbolic.permutation]
  const l = denseCholesky(order.map((i) => order.map((j) => a[i]![j]!)))
  const stored = l.map((row) => row.map(() => 0))
  for (let j = 0; j < n; j++) {
    expect(symbolic.rowIndices[symbolic.columnPointers[j]!]).toBe(j)
    expect(symbolic.columnCounts[j]).toBe(symbolic.columnPointers[j + 1]! - symbolic.columnPointers[j]!)
    for (let p = symbolic.columnPointers[j]!; p < symbolic.columnPointers[j + 1]!; p++) {
      stored[symbolic.rowIndices[p]!]![j] = factor.values[p]!
    }
    const next = symbolic.rowIndices[symbolic.columnPointers[j]! + 1]
    const last = symbolic.columnCounts[j] === 1
    expect(symbolic.parent[j]).toBe(last ? -1 : next)
  }
  let logDeterminant = 0
  for (let i = 0; i < n; i++) {
    logDeterminant += 2 * Math.log(l[i]![i]!)
    for (let j = 0; j < n; j++) expect(stored[i]![j]).toBeCloseTo(l[i]![j]!, 11)
  }
  expect(logDeterminantSparse(factor)).toBeCloseTo(logDeterminant, 9)
  const uniform = scatter(7)
  const x = Float64Array.from({ length: n }, () => uniform() - 0.5)
  const b = Float64Array.from(a, (row) => row.reduce((sum, value, j) => sum + value * x[j]!, 0))
  const quadratic = b.reduce((sum, value, i) => sum + value * x[i]!, 0)
  const half = new Float64Array(n)
  toPivotOrder(symbolic, b, half)
  solveSparseLower(factor, half)
  expect(half.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(quadratic, 10)
  solveSparseUpper(factor, half)
  const back = new Float64Array(n)
  fromPivotOrder(symbolic, half, back)
  solveSparse(factor, b)
  expect(b).toEqual(back)
  for (let i = 0; i < n; i++) expect(b[i]).toBeCloseTo(x[i]!, 9)
}

const line = (n: number) => Array.from({ length: n - 1 }, (_, i) => [i, i + 1] as const)
const PATTERNS: Record<string, { n: number; pairs: (readonly [number, number])[] }> = {
  "one number": { n: 1, pairs: [] },
  diagonal: { n: 9, pairs: [] },
  "arrow that points the wrong way": {
    n: 40,
    pairs: Array.from({ length: 39 }, (_, i) => [0, i + 1] as const),
  },
  "band of half width 3": {
    n: 50,
    pairs: [1, 2, 3].flatMap((w) => Array.from({ length: 50 - w }, (_, i) => [i, i + w] as const)),
  },
  "binary tree": { n: 63, pairs: Array.from({ length: 62 }, (_, i) => [Math.floor(i / 2), i + 1] as const) },
  ring: { n: 30, pairs: [...line(30), [0, 29]] },
  "two components": { n: 20, pairs: line(20).filter(([i]) => i !== 9) },
  full: { n: 12, pairs: Array.from({ length: 144 }, (_, i) => [i % 12, Math.floor(i / 12)] as const) },
  "grid of 8 by 9": { n: 72, pairs: grid(8, 9) },
}

function grid(rows: number, columns: number): (readonly [number, number])[] {
  return Array.from({ length: rows * columns }, (_, i) => i).flatMap((i) => {
    const right = i % columns < columns - 1 ? [[i, i + 1] as const] : []
    return i + columns < rows * columns ? [...right, [i, i + columns] as const] : right
  })
}

describe.each(Object.entries(PATTERNS))("%s", (_, { n, pairs }) => {
  it.each(["lower", "upper"] as const)("%s triangle", (triangle) => {
    const matrix = fromPairs(n, pairs, triangle)
    check(matrix, "minimumDegree")
    check(matrix, "natural")
    check(
      matrix,
      Int32Array.from({ length: n }, (_, k) => n - 1 - k),
    )
  })
})

describe("random patterns", () => {
  it("agree with dense algebra in any order", () => {
    const pattern = fc.integer({ min: 1, max: 40 }).chain((n) => {
      const index = fc.integer({ min: 0, max: n - 1 })
      return fc.record({
        n: fc.constant(n),
        pairs: fc.array(fc.tuple(index, index), { maxLength: 4 * n }),
        triangle: fc.constantFrom("lower" as const, "upper" as const),
        keys: fc.array(fc.double({ noNaN: true }), { minLength: n, maxLength: n }),
      })
    })
    fc.assert(
      fc.property(pattern, ({ n, pairs, triangle, keys }) => {
        const matrix = fromPairs(n, pairs, triangle)
        check(matrix, "minimumDegree")
        check(
          matrix,
          Int32Array.from({ length: n }, (_, k) => k).sort((i, j) => keys[i]! - keys[j]! || i - j),
        )
      }),
      { seed: 20, numRuns: 60 },
    )
  })
})

describe("fill", () => {
  const entries = (n: number, pairs: (readonly [number, number])[], ordering: Ordering = "minimumDegree") => {
    const { pointers, rows } = fromPairs(n, pairs, "lower")
    return analyseSparse(n, pointers, rows, { ordering }).rowIndices.length
  }

  it.each(["arrow that points the wrong way", "binary tree", "two components", "diagonal"])(
    "%s: none",
    (name) => {
      const { n, pairs } = PATTERNS[name]!
      const { rows } = fromPairs(n, pairs, "lower")
      expect(entries(n, pairs)).toBe(rows.length)
    },
  )

  it("a ring fills one entry for each pivot but the last three", () => {
    expect(entries(30, PATTERNS.ring!.pairs)).toBe(30 + 30 + 27)
  })

  // Exact minimum degree (ties by lowest number) gives the counts on the right.
  it.each([
    [20, minimumDegreeEntries(20, 20)],
    [30, minimumDegreeEntries(30, 30)],
  ])("a grid of %i squared: no more than 5%% above exact minimum degree", (side, exact) => {
    const pairs = grid(side, side)
    const ours = entries(side * side, pairs)
    expect(ours).toBeLessThan(1.05 * exact)
    expect(ours).toBeLessThan(0.6 * entries(side * side, pairs, "natural"))
  })

  it("ends where there is more of it than allowed, in any order", () => {
    const { pointers, rows } = fromPairs(100, grid(10, 10), "lower")
    for (const ordering of ["minimumDegree", "natural"] as const) {
      const { columnPointers } = analyseSparse(100, pointers, rows, { ordering })
      const most = columnPointers[100]! - 100
      expect(analyseSparseWithin(100, pointers, rows, most, { ordering })).not.toBeNull()
      expect(analyseSparseWithin(100, pointers, rows, most - 1, { ordering })).toBeNull()
    }
  })

  it("a column joined to nearly all others comes last", () => {
    const n = 400
    const { pointers, rows } = fromPairs(
      n,
      [...grid(20, 20), ...line(n).map(([, i]) => [0, i] as const)],
      "lower",
    )
    const { permutation } = analyseSparse(n, pointers, rows)
    expect(permutation.indexOf(0)).toBeGreaterThan(n - 20)
  })
})

/** Entries of L under minimum degree with exact degrees, by elimination on sets. */
function minimumDegreeEntries(rows: number, columns: number): number {
  const n = rows * columns
  const sets = Array.from({ length: n }, () => new Set<number>())
  for (const [a, b] of grid(rows, columns)) {
    sets[a]!.add(b)
    sets[b]!.add(a)
  }
  const left = new Set(sets.keys())
  let entries = n
  while (left.size > 0) {
    let pivot = -1
    for (const i of left) if (pivot < 0 || sets[i]!.size < sets[pivot]!.size) pivot = i
    const clique = [...sets[pivot]!]
    entries += clique.length
    left.delete(pivot)
    for (const i of clique) {
      sets[i]!.delete(pivot)
      for (const j of clique) if (j !== i) sets[i]!.add(j)
    }
  }
  return entries
}

describe("what cannot be factorised", () => {
  const { n, pairs } = PATTERNS["grid of 8 by 9"]!
  const matrix = fromPairs(n, pairs, "lower")
  const factor = createSparseFactor(analyseSparse(n, matrix.pointers, matrix.rows))

  it.each([-1, 0, Number.NaN, Number.POSITIVE_INFINITY])("a diagonal of %d", (value) => {
    for (const j of [0, 35, n - 1]) {
      const at = matrix.rows.indexOf(j, matrix.pointers[j])
      const values = Float64Array.from(matrix.values)
      values[at] = value
      expect(factoriseSparse(factor, values)).toBe(false)
    }
    expect(factoriseSparse(factor, matrix.values)).toBe(true)
  })

  it("an indefinite matrix with a positive diagonal", () => {
    const symbolic = analyseSparse(2, Int32Array.of(0, 2, 3), Int32Array.of(0, 1, 1))
    expect(factoriseSparse(createSparseFactor(symbolic), Float64Array.of(1, 2, 1))).toBe(false)
  })

  it.each([
    ["no diagonal", 2, [0, 1, 2], [0, 0]],
    ["row outside", 2, [0, 2, 3], [0, 2, 1]],
    ["twice", 2, [0, 3, 4], [0, 1, 1, 1]],
    ["both triangles", 2, [0, 2, 4], [0, 1, 0, 1]],
    ["pointers", 2, [0, 1], [0]],
  ])("a pattern with %s", (_, size, pointers, rows) => {
    expect(() => analyseSparse(size, Int32Array.from(pointers), Int32Array.from(rows))).toThrow(/pattern/)
  })

  it("an ordering that is no permutation", () => {
    const ordering = Int32Array.of(0, 0)
    expect(() => analyseSparse(2, Int32Array.of(0, 1, 2), Int32Array.of(0, 1), { ordering })).toThrow(
      /permutation/,
    )
  })
})

describe("size", () => {
  it("orders and factorises a grid of 40,000", () => {
    const pairs = grid(200, 200)
    const { n, pointers, rows, values } = fromPairs(40_000, pairs, "lower")
    const symbolic = analyseSparse(n, pointers, rows)
    // The leading term of nested dissection (George & Liu 1981, section 8.1).
    expect(symbolic.rowIndices.length).toBeLessThan((31 / 4) * n * Math.log2(Math.sqrt(n)))
    expect(factoriseSparse(createSparseFactor(symbolic), values)).toBe(true)
  })

  it("orders what has no neighbours", () => {
    expect(orderByMinimumDegree(3, new Int32Array(4), new Int32Array(0), 0)!.length).toBe(3)
  })
})
