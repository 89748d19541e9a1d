/** What an arena of dense kernels offers, whatever computes them. */

/** Matrices are row-major with a stride in numbers; arguments must come from `allocate` or be subarrays of such. */
export interface DenseArena {
  readonly backend: "wasm-simd" | "typescript"
  /**
   * A zeroed array of the arena.
   * @throws InternalError when the arena's capacity is used up
   */
  readonly allocate: (length: number) => Float64Array
  /**
   * Factors the leading n × n part `A = L L'` in place and carries `extra` further rows B along: they become `B L⁻ᵀ`.
   * Only the lower triangle is read; numbers above the diagonal may be overwritten.
   *
   * @returns -1, or the first pivot that is not positive (NaN included): `a` is then partly overwritten
   */
  readonly choleskyLarge: (a: Float64Array, stride: number, n: number, extra: number) => number
  /** `out = L⁻ᵀ L⁻¹`, n × n, full symmetric, with the same stride; `l` is not changed. */
  readonly invertLarge: (l: Float64Array, stride: number, n: number, out: Float64Array) => void
  /**
   * Lower triangle of `C += factor A A'`: C n × n, A n × k. Numbers of C above the diagonal may be overwritten. `a` may
   * not overlap what is written.
   */
  readonly rankKUpdate: (
    c: Float64Array,
    cStride: number,
    n: number,
    a: Float64Array,
    aStride: number,
    k: number,
    factor: number,
  ) => void
  /** `X := X L⁻ᵀ` for m rows of n numbers: each row b becomes `L⁻¹ b`. */
  readonly triangularSolve: (
    x: Float64Array,
    xStride: number,
    m: number,
    l: Float64Array,
    lStride: number,
    n: number,
  ) => void
}
