/*
 * Normalising constants are asked for again and again with the same parameters, once a datum: the last answer is kept. The
 * functions stay pure in what they return.
 */

/** `f` with its last value kept. */
export function rememberLast(f: (a: number) => number): (a: number) => number {
  let key = NaN
  let value = NaN
  return (a) => {
    if (a !== key) {
      value = f(a)
      key = a
    }
    return value
  }
}

/** `f` of two numbers with its last value kept. */
export function rememberLastOfTwo(f: (a: number, b: number) => number): (a: number, b: number) => number {
  let first = NaN
  let second = NaN
  let value = NaN
  return (a, b) => {
    if (a !== first || b !== second) {
      value = f(a, b)
      first = a
      second = b
    }
    return value
  }
}
