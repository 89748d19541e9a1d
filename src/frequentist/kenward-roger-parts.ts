/**
 * What Kenward and Roger's adjustment is made of: products with `H⁻¹V_iH⁻¹`, V_i the derivative of V in one of its
 * parameters. The residuals of the fit, over σ, stand beside X as a column of their own: the observed information needs them.
 */

/** With `U = [Q r]`, of c = p + 1 columns; matrices are row-major c × c. */
export interface Parts {
  /** −U'H⁻¹V_iH⁻¹U. */
  readonly p: readonly Float64Array[]
  /** U'H⁻¹V_iH⁻¹V_jH⁻¹U, at i k + j. */
  readonly q: readonly Float64Array[]
  /** tr(H⁻¹V_iH⁻¹V_j), row-major k × k. */
  readonly trace: Float64Array
  /** Where V_ij = ∂²V/∂γ_i∂γ_j is not zero, i ≤ j. */
  readonly second: readonly SecondPart[]
}

export interface SecondPart {
  readonly i: number
  readonly j: number
  /** U'H⁻¹V_ijH⁻¹U. */
  readonly matrix: Float64Array
  /** tr(H⁻¹V_ij). */
  readonly trace: number
  /** Of numbers of T, in which V would be linear by elements of TT': for the observed information, not for Φ_A. */
  readonly isOfFactor: boolean
}
