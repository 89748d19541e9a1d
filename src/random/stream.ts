import seedrandom from "seedrandom"
import { OptionError } from "../core/errors.ts"

/** What a user may give as a seed. The number 7 and the text "7" are the same seed. */
export type Seed = string | number

/** 2^64 steps as a polynomial in the transition of one step, low words first (Blackman & Vigna's published constants). */
const JUMP = Int32Array.of(0x8764000b, 0xf542d2d3 | 0, 0x6fa035c3, 0x77f2db5b)

const TWO_POW_21 = 2097152
const TWO_POW_MINUS_53 = 2 ** -53

/**
 * A stream of random 32-bit words: xoshiro128++ 1.0, period 2^128 − 1.
 *
 * Source: D. Blackman and S. Vigna (2021), Scrambled linear pseudorandom number generators, ACM TOMS 47(4), 36.
 * The state is an `Int32Array` rather than four fields: in V8 it is as fast (about 500 M words/s) and does not
 * slow down where small integers have only 31 bits (browsers).
 */
export class Stream {
  private readonly state: Int32Array
  /** State of the second lane, null in a stream without. */
  private readonly second: Int32Array | null

  private constructor(state: Int32Array, second: Int32Array | null = null) {
    this.state = state
    this.second = second
  }

  /**
   * A stream with a second lane, for draws in blocks (`fillNormals`): two generators side by side take little more time than
   * one, whose every word waits for the last. All other draws come from the first lane alone. Both are copied.
   */
  static pair(first: Stream, second: Stream): Stream {
    return new Stream(first.state.slice(), second.state.slice())
  }

  /** The words of both lanes, to be changed in place by draws in blocks; null in a stream with one. */
  lanes(): { readonly first: Int32Array; readonly second: Int32Array } | null {
    return this.second === null ? null : { first: this.state, second: this.second }
  }

  /**
   * The stream that continues from a snapshot. `words`: length 4, or 8 for two lanes; copied.
   * @throws OptionError when there are not four words, or all are zero (the one state that never leaves itself).
   */
  static restore(words: Int32Array): Stream {
    if (words.length === 8) {
      return Stream.pair(Stream.restore(words.subarray(0, 4)), Stream.restore(words.subarray(4)))
    }
    if (words.length !== 4)
      throw new OptionError(`a stream has 4 words of state, found ${words.length}`, {
        code: "stream-state",
        hint: "pass what snapshot() returned",
      })
    if ((words[0]! | words[1]! | words[2]! | words[3]!) === 0)
      throw new OptionError("a stream cannot start from four zero words", {
        code: "stream-state",
        hint: "pass what snapshot() returned",
      })
    return new Stream(Int32Array.from(words))
  }

  /** The next 32 bits as a signed integer, uniform on [−2^31, 2^31). */
  nextInt32(): number {
    const s = this.state
    const s0 = s[0]!
    let s1 = s[1]!
    const s2 = s[2]! ^ s0
    const last = s[3]!
    const s3 = last ^ s1
    const sum = (s0 + last) | 0
    const result = (((sum << 7) | (sum >>> 25)) + s0) | 0
    const shifted = s1 << 9
    s1 ^= s2
    s[0] = s0 ^ s3
    s[1] = s1
    s[2] = s2 ^ shifted
    s[3] = (s3 << 11) | (s3 >>> 21)
    return result
  }

  /** Uniform on the multiples k·2^−53, k = 1 … 2^53 − 1: strictly inside (0, 1). Takes two words (a zero is redrawn). */
  uniform(): number {
    let k: number
    do {
      const high = this.nextInt32() >>> 0
      k = high * TWO_POW_21 + (this.nextInt32() >>> 11)
    } while (k === 0)
    return k * TWO_POW_MINUS_53
  }

  /** Advances by 2^64 words, so that streams one jump apart cannot overlap in any feasible run. */
  jump(): void {
    const s = this.state
    let a = 0
    let b = 0
    let c = 0
    let d = 0
    for (let w = 0; w < 4; w++) {
      for (let bit = 0; bit < 32; bit++) {
        if (((JUMP[w]! >>> bit) & 1) === 1) {
          a ^= s[0]!
          b ^= s[1]!
          c ^= s[2]!
          d ^= s[3]!
        }
        this.nextInt32()
      }
    }
    s[0] = a
    s[1] = b
    s[2] = c
    s[3] = d
  }

  /** A copy of the four words of state, of eight for two lanes: all a checkpoint needs. */
  snapshot(): Int32Array {
    return this.second === null ? this.state.slice() : Int32Array.of(...this.state, ...this.second)
  }

  /** An independent object at the same place of the same stream. */
  clone(): Stream {
    return new Stream(this.state.slice(), this.second?.slice() ?? null)
  }
}

/**
 * The stream of one chain for one purpose ("sweep", "inits", …): a function of its arguments alone, so that results do
 * not depend on the number of workers and one chain can be run again by itself.
 *
 * The state is four `int32()` words of seedrandom (ARC4) keyed with seed and purpose, followed by `chain` jumps of 2^64
 * words: chains of one (seed, purpose) never overlap. Different seeds or purposes start at unrelated places of a cycle
 * of 2^128 − 1 words.
 *
 * @param seed any text, or a finite number, which is the same seed as its decimal string
 * @param chain 0-based number of the chain
 * @throws OptionError for a seed that is not finite, or a chain that is not a non-negative integer
 */
export function streamFor(seed: Seed, chain: number, purpose: string): Stream {
  if (typeof seed === "number" && !Number.isFinite(seed))
    throw new OptionError(`seed must be a text or a finite number, found ${seed}`, {
      code: "seed",
      hint: 'pass a text or an integer, for example seed: "radon"',
    })
  if (!Number.isInteger(chain) || chain < 0)
    throw new OptionError(`chain must be a non-negative integer, found ${chain}`, {
      code: "chain-number",
      hint: "chains are counted from 0",
    })
  const source = seedrandom(keyText(String(seed), purpose))
  const words = new Int32Array(4)
  for (let i = 0; i < 4; i++) words[i] = source.int32()
  if ((words[0]! | words[1]! | words[2]! | words[3]!) === 0) words[0] = 1
  const stream = Stream.restore(words)
  for (let k = 0; k < chain; k++) stream.jump()
  return stream
}

/**
 * The key handed to seedrandom. It reads only the low byte of each character, and repeats a short key cyclically (to
 * it "1" and "11" are one seed); JSON of the pair, as UTF-8 bytes, is neither ambiguous nor ever a repetition.
 */
function keyText(seed: string, purpose: string): string {
  let bytes = ""
  for (const byte of new TextEncoder().encode(JSON.stringify([seed, purpose])))
    bytes += String.fromCharCode(byte)
  return bytes
}
