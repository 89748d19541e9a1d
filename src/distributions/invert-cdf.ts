/** Below this, halving is quick enough. */
const TINY = 1e-300

/** A cdf or survival function over plain parameters. */
type Tail = (x: number, a: number, b: number, c: number, d: number) => number

/**
 * Smallest double x with cdf(x) ≥ q, by bisection between `lower` and `upper` (either may be infinite: the bracket then
 * doubles outwards). Above the median the survival function is compared with 1 − q, so that both tails are exact.
 * The bounds at q = 0 and 1; NaN for q outside [0, 1] or where the cdf is NaN.
 */
export const invertContinuous = inverter(bisect)

/** `invertContinuous` over the integers. */
export const invertDiscrete = inverter(bisectIntegers)

function inverter(search: typeof bisect) {
  return (
    cdf: Tail,
    survival: Tail,
    q: number,
    lower: number,
    upper: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): number => {
    if (!(q >= 0 && q <= 1)) return NaN
    if (q === 0) return lower
    if (q === 1) return upper
    const p = 1 - q
    return search((x) => (q <= 0.5 ? cdf(x, a, b, c, d) < q : survival(x, a, b, c, d) > p), lower, upper)
  }
}

/**
 * The point of [lower, upper] where the predicate turns from true to false, to the last double. Near zero the exponent
 * is halved first, which finds points of any magnitude in few steps. NaN when no end of an infinite bracket is found.
 */
export function bisect(isBelow: (x: number) => boolean, lower: number, upper: number): number {
  let low = lower
  let high = upper
  if (low === -Infinity) {
    for (low = Math.min(-1, high - 1); !isBelow(low); low *= 2) {
      high = Math.min(high, low)
      if (low === -Infinity) return NaN
    }
  }
  if (high === Infinity) {
    for (high = Math.max(1, low + 1); isBelow(high); high *= 2) {
      low = high
      if (high === Infinity) return NaN
    }
  }
  for (let k = 0; k < 200; k++) {
    const mid = middle(low, high)
    if (mid <= low || mid >= high) break
    if (isBelow(mid)) low = mid
    else high = mid
  }
  return high
}

function middle(low: number, high: number): number {
  if (low > 0 && high / low > 4) return Math.sqrt(low) * Math.sqrt(high)
  if (high < 0 && low / high > 4) return -Math.sqrt(-low) * Math.sqrt(-high)
  // Zero has no exponent to halve: go down by ever larger factors.
  if (low === 0 && high > TINY) return Math.max(TINY, Math.min(1e-4 * high, high * high))
  if (high === 0 && low < -TINY) return -Math.max(TINY, Math.min(-1e-4 * low, low * low))
  return 0.5 * low + 0.5 * high
}

/** The smallest integer of [lower, upper] where the predicate is false; `lower` must be finite. */
export function bisectIntegers(isBelow: (x: number) => boolean, lower: number, upper: number): number {
  if (!isBelow(lower)) return lower
  let low = lower
  let high = upper
  if (high === Infinity) {
    let step = 1
    for (high = low + step; isBelow(high); high = low + step) {
      low = high
      step *= 2
      if (step > 2 ** 60) return Infinity
    }
  }
  while (high - low > 1) {
    const mid = Math.floor(low + 0.5 * (high - low))
    if (isBelow(mid)) low = mid
    else high = mid
  }
  return high
}
