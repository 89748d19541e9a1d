import type { Stream } from "./stream.ts"

/*
 * The ziggurat: 256 layers of equal area V under f(x) = exp(−x²/2), x ≥ 0; the lowest holds the tail beyond R.
 * G. Marsaglia and W. W. Tsang (2000), J. Stat. Software 5(8), as corrected by J. A. Doornik (2005), An improved
 * ziggurat method to generate normal random samples: the layer and the place in it come from different bits.
 */
const LAYERS = 256
/** Start of the tail, such that 256 layers of equal area close at the top. */
const R = 3.6541528853610088
/** Area of a layer: R f(R) + ∫_R^∞ f. */
const V = 0.0049286732339746571
const TWO_POW_21 = 2097152
const TWO_POW_MINUS_52 = 2 ** -52

/** Right edges: EDGE[0] = V / f(R) (virtual width of the lowest layer), EDGE[1] = R, …, EDGE[256] = 0. */
const EDGE = layerEdges()
/** EDGE[i + 1] / EDGE[i]: below this share of its width a layer lies wholly under the curve. */
const RATIO = Float64Array.from({ length: LAYERS }, (_, i) => EDGE[i + 1]! / EDGE[i]!)

function layerEdges(): Float64Array {
  const edge = new Float64Array(LAYERS + 1)
  let f = Math.exp(-0.5 * R * R)
  edge[0] = V / f
  edge[1] = R
  for (let i = 2; i < LAYERS; i++) {
    f += V / edge[i - 1]!
    edge[i] = Math.sqrt(-2 * Math.log(f))
  }
  return edge
}

/**
 * A standard normal draw. About 99 % of calls take two words of `rng`: 53 bits of place with sign, 8 other bits of layer.
 * Allocates nothing. (Kept small, with the rare cases elsewhere, so that V8 compiles it into its callers: a call that is
 * not inlined boxes the returned double. The unary plus tells V8 that the rare result is a number too, without which it
 * boxes both: 16 bytes and a fifth of the time a draw.)
 */
export function drawNormal(rng: Stream): number {
  const high = rng.nextInt32()
  const low = rng.nextInt32()
  // Odd multiples of 2^−53 in (−1, 1): symmetric, and never zero.
  const u = (high * TWO_POW_21 + (low >>> 11) + 0.5) * TWO_POW_MINUS_52
  const layer = low & 255
  return Math.abs(u) < RATIO[layer]! ? u * EDGE[layer]! : +drawOutside(rng, u, layer)
}

/**
 * Writes `count` standard normal draws into `out`, from its start. From a stream with two lanes the high words come from one
 * and the low words from the other, in half the time; otherwise these are the draws of so many calls of `drawNormal`.
 */
export function fillNormals(rng: Stream, out: Float64Array, count: number): void {
  const lanes = rng.lanes()
  if (lanes === null) {
    for (let i = 0; i < count; i++) out[i] = drawNormal(rng)
    return
  }
  const { first: a, second: b } = lanes
  // In locals: V8 keeps them in registers.
  let a0 = a[0]!
  let a1 = a[1]!
  let a2 = a[2]!
  let a3 = a[3]!
  let b0 = b[0]!
  let b1 = b[1]!
  let b2 = b[2]!
  let b3 = b[3]!
  for (let i = 0; i < count; i++) {
    // `Stream.nextInt32` of each lane.
    const sumA = (a0 + a3) | 0
    const sumB = (b0 + b3) | 0
    const high = (((sumA << 7) | (sumA >>> 25)) + a0) | 0
    const low = (((sumB << 7) | (sumB >>> 25)) + b0) | 0
    const shiftedA = a1 << 9
    const shiftedB = b1 << 9
    a2 ^= a0
    b2 ^= b0
    a3 ^= a1
    b3 ^= b1
    a1 ^= a2
    b1 ^= b2
    a0 ^= a3
    b0 ^= b3
    a2 ^= shiftedA
    b2 ^= shiftedB
    a3 = (a3 << 11) | (a3 >>> 21)
    b3 = (b3 << 11) | (b3 >>> 21)
    const u = (high * TWO_POW_21 + (low >>> 11) + 0.5) * TWO_POW_MINUS_52
    const layer = low & 255
    if (Math.abs(u) < RATIO[layer]!) out[i] = u * EDGE[layer]!
    else {
      // What else is needed comes from the first lane.
      a[0] = a0
      a[1] = a1
      a[2] = a2
      a[3] = a3
      out[i] = +drawOutside(rng, u, layer)
      a0 = a[0]!
      a1 = a[1]!
      a2 = a[2]!
      a3 = a[3]!
    }
  }
  a[0] = a0
  a[1] = a1
  a[2] = a2
  a[3] = a3
  b[0] = b0
  b[1] = b1
  b[2] = b2
  b[3] = b3
}

/** The place `u` of the layer is not wholly under the curve: the tail, the wedge, or another try. */
function drawOutside(rng: Stream, u: number, layer: number): number {
  if (layer === 0) return drawTail(rng, u < 0)
  const x = u * EDGE[layer]!
  return isUnderCurve(rng, x, layer) ? x : drawNormal(rng)
}

function isUnderCurve(rng: Stream, x: number, layer: number): boolean {
  const outer = EDGE[layer]!
  const inner = EDGE[layer + 1]!
  const low = Math.exp(-0.5 * (outer * outer - x * x))
  const high = Math.exp(-0.5 * (inner * inner - x * x))
  return low + rng.uniform() * (high - low) < 1
}

/** |x| > R, by exponential rejection: G. Marsaglia (1964), Technometrics 6, 101–102. */
function drawTail(rng: Stream, negative: boolean): number {
  let excess: number
  do excess = -Math.log(rng.uniform()) / R
  while (-2 * Math.log(rng.uniform()) < excess * excess)
  return negative ? -(R + excess) : R + excess
}
