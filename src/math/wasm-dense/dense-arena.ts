/**
 * Cholesky factorisation, inverse, rank-k update and triangular solve of large dense blocks: WebAssembly with SIMD where
 * there is such a thing, TypeScript elsewhere; the two agree to rounding. For blocks of a few rows see small-dense.ts.
 *
 * The arrays live in an arena, the module's own memory, so that no call copies anything:
 * ```
 * const arena = createDenseArena(n * n)
 * const a = arena.allocate(n * n)            // fill the lower triangle
 * const failed = arena.choleskyLarge(a, n, n, 0)
 * ```
 */

import { InternalError } from "../../core/errors.ts"
import type { DenseArena } from "./arena.ts"
import { DENSE_KERNEL_BASE64 } from "./binary.ts"
import { createPlainArena } from "./fallback.ts"

/** Exports of scripts/wasm/dense-kernel.ts: addresses and strides in bytes. */
interface Kernel {
  readonly factorise: (a: number, stride: number, rows: number, n: number) => number
  readonly invert: (l: number, ls: number, n: number, out: number, os: number, scratch: number) => void
  readonly rankUpdate: (
    c: number,
    cs: number,
    a: number,
    as: number,
    n: number,
    k: number,
    alpha: number,
  ) => void
  readonly solveRows: (x: number, xs: number, l: number, ls: number, m: number, n: number) => void
}

const PAGE = 65_536
/** The kernel's square of 32 × 32 numbers, then the arrays. */
const SCRATCH = 1024
const HEAP = SCRATCH + 32 * 32 * 8
/** Addresses are 32-bit; more is left to TypeScript. */
const MAX_BYTES = 2 ** 32 - PAGE

let compiled: WebAssembly.Module | null | undefined

/** The module, compiled once; null where WebAssembly, its SIMD or the right to compile is missing. */
function compileKernel(): WebAssembly.Module | null {
  if (compiled !== undefined) return compiled
  try {
    const bytes = Uint8Array.from(atob(DENSE_KERNEL_BASE64), (character) => character.charCodeAt(0))
    compiled = new WebAssembly.Module(bytes)
  } catch {
    compiled = null
  }
  return compiled
}

/**
 * @param capacity numbers in all arrays together
 * @param backend "typescript" to do without WebAssembly
 */
export function createDenseArena(
  capacity: number,
  backend: "fastest" | "typescript" = "fastest",
): DenseArena {
  const bytes = HEAP + 8 * capacity
  const module = backend === "typescript" || bytes > MAX_BYTES ? null : compileKernel()
  if (module === null) return createPlainArena()
  const memory = reserveMemory(bytes)
  return memory === null ? createPlainArena() : createWasmArena(module, memory)
}

function reserveMemory(bytes: number): WebAssembly.Memory | null {
  try {
    return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) })
  } catch {
    return null
  }
}

function createWasmArena(module: WebAssembly.Module, memory: WebAssembly.Memory): DenseArena {
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernel
  const { buffer } = memory
  let top = HEAP
  const address = (values: Float64Array): number => {
    if (values.buffer === buffer) return values.byteOffset
    throw new InternalError("a dense kernel was given an array from outside its arena")
  }
  return {
    backend: "wasm-simd",
    allocate: (length) => {
      if (top + 8 * length > buffer.byteLength) throw new InternalError("the arena of a dense kernel is full")
      const values = new Float64Array(buffer, top, length)
      top += 8 * length
      return values
    },
    choleskyLarge: (a, stride, n, extra) => kernel.factorise(address(a), 8 * stride, n + extra, n),
    invertLarge: (l, stride, n, out) => {
      kernel.invert(address(l), 8 * stride, n, address(out), 8 * stride, SCRATCH)
    },
    rankKUpdate: (c, cStride, n, a, aStride, k, factor) => {
      kernel.rankUpdate(address(c), 8 * cStride, address(a), 8 * aStride, n, k, factor)
    },
    triangularSolve: (x, xStride, m, l, lStride, n) => {
      kernel.solveRows(address(x), 8 * xStride, address(l), 8 * lStride, m, n)
    },
  }
}
