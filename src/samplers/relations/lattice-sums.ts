/**
 * Normal numbers integrated out one by one: sums over the points of a lattice. For smooth functions these converge faster than
 * any power of its step (Trefethen & Weideman 2014, SIAM Review 56, 385–458); how good they are is seen from the sums over every
 * other point, of which the error of all points is the square or less.
 */
import type { Engine } from "./engine.ts"
import type { ScalarClasses } from "./scalar-classes.ts"
import type { ScalarGroups } from "./scalar-groups.ts"

/** Step of the lattice, and reach of its points, in sds of the number. */
const STEP = 0.55
const REACH = 7.5
/** What the sums over even and over odd points may differ by, as a share of both. */
const UNEVEN = 3e-5
/** What a point at either end may weigh, as a share of the largest. */
const LEFT = 1e-9
/** Times that a lattice that does not fit is laid anew, and points of one number beyond which there is none. */
const ATTEMPTS = 40
const MOST_POINTS = 20_000
/** What a lattice grows by at an end where it is too short, and its step by where that is too long. */
const GROWTH = 1.4
const SHRINKAGE = 0.85
/** The least sd, in steps, that is believed of a lattice that is too coarse. */
const LEAST_SPREAD = 0.3

/** A lattice by class: points k · step, low ≤ k < high, of a number whose prior is normal. */
export interface Lattice {
  readonly mean: Float64Array
  readonly precision: Float64Array
  readonly low: Int32Array
  readonly high: Int32Array
  step: number
}

export interface LatticeSums {
  /** That of the last sum. */
  readonly lattice: Lattice
  /**
   * Σ over the numbers of the log of their integral at a state.
   * @param linear what the children of each class say of their number, by class: slope and curvature of a normal density
   * @returns −Infinity where there is none
   */
  sum(s: Float64Array, classes: ScalarClasses, linear: Float64Array, curvature: Float64Array): number
  /** Of the last sum, by class: what its children say of their number. */
  read(linear: Float64Array, curvature: Float64Array): void
}

export function bindLatticeSums(groups: ScalarGroups, engine: Engine): LatticeSums {
  const { slots, relation, instances, children } = groups
  const f = engine.functions[relation]!
  const args = new Float64Array(8)
  const n = slots.length
  const centre = new Float64Array(n)
  const width = new Float64Array(n)
  const below = new Float64Array(n)
  const above = new Float64Array(n)
  const lattice: Lattice = {
    mean: new Float64Array(n),
    precision: new Float64Array(n),
    low: new Int32Array(n),
    high: new Int32Array(n),
    step: 1,
  }
  const { mean, precision, low, high } = lattice
  // What steps that were too long are multiplied by: now, and when the lattice was laid.
  let shrink = 1
  let tried = 1
  let seen: ScalarClasses | null = null
  // By function: range, and place in the table.
  let from = new Int32Array(0)
  let to = new Int32Array(0)
  let places = new Int32Array(0)
  let table = new Float64Array(0)
  let weights = new Float64Array(64)
  let still = new Float64Array(0)
  const slot = slots[0]!

  const enter = (classes: ScalarClasses): void => {
    seen = classes
    const count = classes.instances.reduce((total, { length }) => total + length, 0)
    from = new Int32Array(count)
    to = new Int32Array(count)
    places = new Int32Array(count)
    still = new Float64Array(count)
  }
  /** Lays the lattice: ranges of classes, and of the functions in them. @returns false where it is too long */
  const lay = (classes: ScalarClasses): boolean => {
    const { count, start, functions } = classes
    let step = Infinity
    for (let c = 0; c < count; c++) step = Math.min(step, width[c]!)
    step *= STEP * shrink
    lattice.step = step
    tried = shrink
    from.fill(2147483647)
    to.fill(-2147483648)
    for (let c = 0; c < count; c++) {
      const first = Math.floor((centre[c]! - below[c]! * width[c]!) / step)
      const last = Math.ceil((centre[c]! + above[c]! * width[c]!) / step) + 1
      if (!(last - first <= MOST_POINTS && Math.abs(first) < 1e9)) return false
      low[c] = first
      high[c] = last
      if (last - first > weights.length) weights = new Float64Array(2 * (last - first))
      for (let k = start[c]!; k < start[c + 1]!; k++) {
        const g = functions[k]!
        if (first < from[g]!) from[g] = first
        if (last > to[g]!) to[g] = last
      }
    }
    let length = 0
    for (let g = 0; g < from.length; g++) {
      places[g] = length
      length += Math.max(0, to[g]! - from[g]!)
    }
    if (length > table.length) table = new Float64Array(length + (length >> 1))
    return true
  }
  const weighFunctions = (s: Float64Array, { instances: lists }: ScalarClasses): void => {
    const kept = s[slot]!
    let g = 0
    for (let k = 0; k < children.length; k++) {
      const list = lists[k]!
      const end = g + list.length
      children[k]!.weigh(
        s,
        list,
        from.subarray(g, end),
        to.subarray(g, end),
        still,
        places.subarray(g, end),
        list.length,
        lattice.step,
        table,
      )
      g = end
    }
    s[slot] = kept
  }
  /** Log of the integral of class c; NaN where the lattice does not fit, and then its centre and width are moved. */
  const integrate = ({ start, functions }: ScalarClasses, c: number): number => {
    const first = low[c]!
    const count = high[c]! - first
    const mu = mean[c]!
    const tau = precision[c]!
    const { step } = lattice
    for (let k = 0; k < count; k++) {
      const deviation = (first + k) * step - mu
      weights[k] = -0.5 * tau * deviation * deviation
    }
    for (let r = start[c]!; r < start[c + 1]!; r++) {
      const g = functions[r]!
      const at = places[g]! + first - from[g]!
      for (let k = 0; k < count; k++) weights[k]! += table[at + k]!
    }
    let most = -Infinity
    for (let k = 0; k < count; k++)
      if (weights[k]! > most) most = weights[k]!
      // Far out rounding may leave a probability below 0: no density there.
      else if (Number.isNaN(weights[k])) weights[k] = -Infinity
    if (!(most > -Infinity && most < Infinity)) return -Infinity
    let even = 0
    let odd = 0
    let moment = 0
    let square = 0
    for (let k = 0; k < count; k++) {
      const weight = Math.exp(weights[k]! - most)
      weights[k] = weight
      if ((k & 1) === 0) even += weight
      else odd += weight
      const x = k * weight
      moment += x
      square += x * k
    }
    const total = even + odd
    const about = moment / total
    const spread = Math.sqrt(Math.max(square / total - about * about, 0))
    centre[c] = (first + about) * step
    const isEven = Math.abs(even - odd) <= UNEVEN * total
    width[c] = (isEven ? spread : Math.max(spread, LEAST_SPREAD)) * step
    if (!isEven) {
      shrink = Math.min(shrink, tried * SHRINKAGE)
      return Number.NaN
    }
    const isShort = weights[0]! > LEFT
    const isShortAbove = weights[count - 1]! > LEFT
    if (isShort) below[c]! *= GROWTH
    if (isShortAbove) above[c]! *= GROWTH
    return isShort || isShortAbove
      ? Number.NaN
      : most + Math.log(total * step) + 0.5 * Math.log(tau / (2 * Math.PI))
  }

  return {
    lattice,
    sum(s, classes, linear, curvature) {
      if (classes !== seen) enter(classes)
      if (f.kind !== "stochastic") return -Infinity
      for (let c = 0; c < classes.count; c++) {
        f.args(s, instances[classes.first[c]!]!, args)
        const tau = args[1]!
        if (!(tau > 0 && tau < Infinity)) return -Infinity
        mean[c] = args[0]!
        precision[c] = tau
        const whole = tau + curvature[c]!
        centre[c] = (tau * args[0]! + linear[c]!) / whole
        width[c] = 1 / Math.sqrt(whole)
      }
      below.fill(REACH)
      above.fill(REACH)
      shrink = 1
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (!lay(classes)) return -Infinity
        weighFunctions(s, classes)
        let total = 0
        for (let c = 0; c < classes.count; c++) total += classes.sizes[c]! * integrate(classes, c)
        if (!Number.isNaN(total)) return total
      }
      return -Infinity
    },
    read(linear, curvature) {
      const { count } = seen!
      for (let c = 0; c < count; c++) {
        const whole = 1 / (width[c]! * width[c]!)
        const tau = precision[c]!
        curvature[c] = Math.max(0, whole - tau)
        linear[c] = curvature[c] === 0 ? 0 : whole * centre[c]! - tau * mean[c]!
      }
    },
  }
}
