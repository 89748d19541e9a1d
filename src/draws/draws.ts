/**
 * The draws container: every kept draw of every scalar of every chain in one buffer, which may be shared by threads.
 *
 * Layout, native byte order (a buffer of the other order fails the magic check):
 * ```
 *  bytes 0–31     Int32: magic (two words), version, header bytes, scalars, chains, capacity, 0
 *  bytes 32–      Int32: draws stored so far, one a chain; padded to a multiple of 8 bytes
 *  header bytes–  Float64: values [scalar][chain][draw]
 * ```
 * Concurrency: one writer a chain. A writer stores the values of a draw before it publishes the chain's new length, so a
 * reader of another thread never sees a draw half written.
 */

import { DataError, InternalError, ModelError, OptionError, suggest } from "../core/errors.ts"

export interface Draws {
  /** Names of the scalars, in storage order. */
  readonly names: readonly string[]
  readonly chains: number
  /** Draws for which each chain has room. */
  readonly capacity: number
  readonly buffer: ArrayBufferLike
  /** Draws stored so far of each chain; a view of the buffer's header, written by `recordDraw`. */
  readonly lengths: Int32Array
  /** The values, `[scalar][chain][draw]`; a view of the buffer. */
  readonly values: Float64Array
  /** Position of each name in `names`. */
  readonly positions: ReadonlyMap<string, number>
}

export interface DrawsShape {
  readonly names: readonly string[]
  readonly chains: number
  /** Draws for which each chain shall have room. */
  readonly capacity: number
  /** Put the buffer in shared memory, so that worker threads can write to it. */
  readonly shared?: boolean
}

/** The bytes "GIBBDRAW" on a little-endian machine. */
const MAGIC = [0x42424947, 0x57415244] as const
const VERSION = 1
const FIXED_WORDS = 8

/**
 * An empty container.
 *
 * @throws OptionError when chains or capacity is not a positive integer, or the draws do not fit in memory
 * @throws ModelError when a name occurs twice
 */
export function createDraws(shape: DrawsShape): Draws {
  const { names, chains, capacity } = shape
  requirePositive("chains", chains)
  requirePositive("draws", capacity)
  const headerBytes = headerSize(chains)
  const bytes = headerBytes + names.length * chains * capacity * Float64Array.BYTES_PER_ELEMENT
  const buffer = allocate(bytes, shape)
  new Int32Array(buffer, 0, FIXED_WORDS).set([...MAGIC, VERSION, headerBytes, names.length, chains, capacity])
  return viewDraws(buffer, names)
}

/**
 * A view of a buffer that `createDraws` made, perhaps in another thread; nothing is copied.
 *
 * @throws DataError when magic, version, shape or size do not fit
 * @throws ModelError when a name occurs twice
 */
export function viewDraws(buffer: ArrayBufferLike, names: readonly string[]): Draws {
  const fixedBytes = FIXED_WORDS * Int32Array.BYTES_PER_ELEMENT
  if (buffer.byteLength < fixedBytes) {
    throw badBuffer("draws-truncated", `found ${buffer.byteLength} bytes, expected a header of ${fixedBytes}`)
  }
  const fixed = new Int32Array(buffer, 0, FIXED_WORDS)
  const [magicA, magicB, version = 0, headerBytes = 0, scalars = 0, chains = 0, capacity = 0] = fixed
  if (magicA !== MAGIC[0] || magicB !== MAGIC[1]) {
    throw badBuffer("draws-magic", "the buffer does not begin with the mark of a draws container")
  }
  if (version !== VERSION) {
    throw badBuffer("draws-version", `found version ${version} of the draws layout, expected ${VERSION}`)
  }
  if (scalars !== names.length) {
    throw badBuffer(
      "draws-names",
      `the buffer holds ${scalars} scalars, but ${names.length} names were given`,
    )
  }
  const expected = headerBytes + scalars * chains * capacity * Float64Array.BYTES_PER_ELEMENT
  if (chains < 1 || capacity < 1 || headerBytes !== headerSize(chains) || buffer.byteLength !== expected) {
    throw badBuffer(
      "draws-size",
      `the header tells of ${scalars} scalars × ${chains} chains × ${capacity} draws in ${expected} bytes, found ${buffer.byteLength} bytes`,
    )
  }
  const lengths = new Int32Array(buffer, fixedBytes, chains)
  if (lengths.some((length) => length < 0 || length > capacity)) {
    throw badBuffer("draws-lengths", `found chain lengths ${lengths.join(", ")}, expected 0 to ${capacity}`)
  }
  const values = new Float64Array(buffer, headerBytes, scalars * chains * capacity)
  return { names, chains, capacity, buffer, lengths, values, positions: numberNames(names) }
}

/**
 * The position of a scalar.
 *
 * @throws ModelError with a suggestion when there is none of that name
 */
export function indexOf(draws: Draws, name: string): number {
  const position = draws.positions.get(name)
  if (position !== undefined) return position
  throw new ModelError(`there are no draws of "${name}"`, {
    code: "unknown-scalar",
    hint: suggest(name, draws.names),
  })
}

/**
 * The draws stored so far of one scalar in one chain (counted from 0): a view, not a copy.
 *
 * @throws ModelError when there is no such scalar or chain
 */
export function chainValues(draws: Draws, nameOrIndex: string | number, chain: number): Float64Array {
  const scalar = positionOf(draws, nameOrIndex)
  if (!(Number.isInteger(chain) && chain >= 0 && chain < draws.chains)) {
    throw new ModelError(`there is no chain ${chain}`, {
      code: "unknown-chain",
      hint: `chains are counted from 0 to ${draws.chains - 1}`,
    })
  }
  const start = (scalar * draws.chains + chain) * draws.capacity
  return draws.values.subarray(start, start + Atomics.load(draws.lengths, chain))
}

/**
 * The chains of one scalar that hold at least one draw, all cut to the shortest of them (a cancelled run leaves chains
 * of different lengths): views, not copies.
 *
 * @throws ModelError when there is no such scalar
 */
export function chainsOf(draws: Draws, nameOrIndex: string | number): Float64Array[] {
  const chains = storedChains(draws, nameOrIndex)
  const shortest = chains.reduce((least, chain) => Math.min(least, chain.length), Infinity)
  return chains.map((chain) => chain.subarray(0, shortest))
}

/**
 * Every draw of one scalar, chain after chain, none cut: a copy.
 *
 * @throws ModelError when there is no such scalar
 */
export function allValues(draws: Draws, nameOrIndex: string | number): Float64Array {
  const chains = storedChains(draws, nameOrIndex)
  const all = new Float64Array(chains.reduce((sum, chain) => sum + chain.length, 0))
  let offset = 0
  for (const chain of chains) {
    all.set(chain, offset)
    offset += chain.length
  }
  return all
}

/**
 * Appends one draw of all scalars to a chain. Writes the buffer; allocates nothing.
 *
 * @param values one value a scalar, in the order of `names`
 * @throws InternalError when the chain is full or `values` has another length
 */
export function recordDraw(draws: Draws, chain: number, values: Float64Array): void {
  if (values.length !== draws.names.length) {
    throw new InternalError(`a draw of ${values.length} values, expected ${draws.names.length}`)
  }
  recordDraws(draws, chain, values, 1)
}

/**
 * Appends several draws of all scalars to a chain. Writes the buffer; allocates nothing.
 *
 * @param values `[draw][scalar]`, scalars in the order of `names`; `count` draws from index 0, the rest is not read
 * @throws InternalError when the chain has no room for them or `values` is too short
 */
export function recordDraws(draws: Draws, chain: number, values: Float64Array, count: number): void {
  const { chains, capacity, lengths, names } = draws
  const first = lengths[chain]
  if (first === undefined || first + count > capacity) {
    throw new InternalError(
      `no room for draw ${first} of chain ${chain}: ${chains} chains of ${capacity} draws`,
    )
  }
  const width = names.length
  if (values.length < count * width) {
    throw new InternalError(`${values.length} values, expected ${count} draws of ${width}`)
  }
  const stored = draws.values
  const apart = chains * capacity
  let scalar = 0
  // Four scalars at a time: half the time of one after another.
  for (; scalar + 3 < width; scalar += 4) {
    let to = (scalar * chains + chain) * capacity + first
    for (let k = 0, from = scalar; k < count; k++, from += width, to++) {
      stored[to] = values[from]!
      stored[to + apart] = values[from + 1]!
      stored[to + 2 * apart] = values[from + 2]!
      stored[to + 3 * apart] = values[from + 3]!
    }
  }
  for (; scalar < width; scalar++) {
    const start = (scalar * chains + chain) * capacity + first
    for (let k = 0; k < count; k++) stored[start + k] = values[k * width + scalar]!
  }
  // Published last, and atomically: what a reader sees counted is written.
  Atomics.store(lengths, chain, first + count)
}

function storedChains(draws: Draws, nameOrIndex: string | number): Float64Array[] {
  return Array.from({ length: draws.chains }, (_, chain) => chainValues(draws, nameOrIndex, chain)).filter(
    (chain) => chain.length > 0,
  )
}

function positionOf(draws: Draws, nameOrIndex: string | number): number {
  if (typeof nameOrIndex === "string") return indexOf(draws, nameOrIndex)
  if (Number.isInteger(nameOrIndex) && nameOrIndex >= 0 && nameOrIndex < draws.names.length)
    return nameOrIndex
  throw new ModelError(`there is no scalar number ${nameOrIndex}`, {
    code: "unknown-scalar",
    hint: `scalars are counted from 0 to ${draws.names.length - 1}`,
  })
}

function numberNames(names: readonly string[]): ReadonlyMap<string, number> {
  const positions = new Map<string, number>()
  for (const [i, name] of names.entries()) {
    const first = positions.get(name)
    if (first !== undefined) {
      throw new ModelError(`two scalars are called "${name}" (number ${first + 1} and number ${i + 1})`, {
        code: "duplicate-scalar",
        hint: "rename one of them",
      })
    }
    positions.set(name, i)
  }
  return positions
}

/** Header bytes: a multiple of 8, because the Float64 values follow. */
function headerSize(chains: number): number {
  const words = FIXED_WORDS + chains
  return (words + (words % 2)) * Int32Array.BYTES_PER_ELEMENT
}

function allocate(bytes: number, { names, chains, capacity, shared }: DrawsShape): ArrayBufferLike {
  try {
    return shared === true ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes)
  } catch (cause) {
    throw new OptionError(
      `${names.length} scalars × ${chains} chains × ${capacity} draws need ${(bytes / 2 ** 30).toFixed(1)} GiB, more than there is`,
      { code: "draws-too-large", hint: "ask for fewer draws, thin them, or monitor fewer scalars", cause },
    )
  }
}

function requirePositive(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 31) return
  throw new OptionError(`found ${value}, expected a positive integer`, {
    code: "not-positive",
    where: name,
    hint: `give ${name} a whole number of at least 1`,
  })
}

function badBuffer(code: string, message: string): DataError {
  return new DataError(message, {
    code,
    where: "draws buffer",
    hint: "use a buffer made by createDraws of this version",
  })
}
