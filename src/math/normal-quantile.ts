/*
 * Quantile of the standard normal distribution: algorithm AS 241, routine PPND16 (about 16 figures).
 * M. J. Wichura (1988), The percentage points of the normal distribution, Applied Statistics 37, 477–484.
 * Coefficients in ascending powers; the denominators have constant term 1.
 */
const CENTRAL_NUMERATOR = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
] as const
const CENTRAL_DENOMINATOR = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852546,
] as const
const MIDDLE_NUMERATOR = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
] as const
const MIDDLE_DENOMINATOR = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
] as const
const TAIL_NUMERATOR = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
] as const
const TAIL_DENOMINATOR = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
] as const

type Coefficients = readonly [number, number, number, number, number, number, number, number]

/**
 * The x with Φ(x) = p, relative error about 1e-15 for every double p.
 * −Infinity at p = 0, Infinity at p = 1, NaN outside [0, 1].
 */
export function normalQuantile(p: number): number {
  const centred = p - 0.5
  if (Math.abs(centred) <= 0.425) {
    const r = 0.180625 - centred * centred
    return centred * rational(CENTRAL_NUMERATOR, CENTRAL_DENOMINATOR, r)
  }
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN
  const r = Math.sqrt(-Math.log(centred < 0 ? p : 1 - p))
  const magnitude =
    r <= 5
      ? rational(MIDDLE_NUMERATOR, MIDDLE_DENOMINATOR, r - 1.6)
      : rational(TAIL_NUMERATOR, TAIL_DENOMINATOR, r - 5)
  return centred < 0 ? -magnitude : magnitude
}

function rational(numerator: Coefficients, denominator: Coefficients, r: number): number {
  return horner(numerator, r) / horner(denominator, r)
}

function horner(c: Coefficients, r: number): number {
  return ((((((c[7] * r + c[6]) * r + c[5]) * r + c[4]) * r + c[3]) * r + c[2]) * r + c[1]) * r + c[0]
}
