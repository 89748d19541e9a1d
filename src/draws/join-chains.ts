import { DataError } from "../core/errors.ts"
import { chainValues, createDraws, type Draws } from "./draws.ts"

/** The draws of one file. */
export interface NamedDraws {
  /** What error messages call it, a file name. */
  readonly name: string
  readonly draws: Draws
}

/**
 * The chains of several files in one container, file after file; scalars in the order of the first. One file alone is
 * handed on as it is.
 *
 * @param files at least one
 * @throws DataError when a file has a scalar that another lacks
 */
export function joinChains(files: readonly NamedDraws[]): Draws {
  const first = files[0]!
  if (files.length === 1) return first.draws
  const { names } = first.draws
  for (const file of files.slice(1)) checkNames(first, file)
  const joined = createDraws({
    names,
    chains: files.reduce((sum, { draws }) => sum + draws.chains, 0),
    capacity: Math.max(...files.map(({ draws }) => draws.capacity)),
  })
  let chain = 0
  for (const { draws } of files) {
    for (let c = 0; c < draws.chains; c++, chain++) {
      for (const [scalar, name] of names.entries()) {
        joined.values.set(chainValues(draws, name, c), (scalar * joined.chains + chain) * joined.capacity)
      }
      joined.lengths[chain] = draws.lengths[c]!
    }
  }
  return joined
}

function checkNames(first: NamedDraws, other: NamedDraws): void {
  const missing = first.draws.names.find((name) => !other.draws.positions.has(name))
  const surplus = other.draws.names.find((name) => !first.draws.positions.has(name))
  if (missing === undefined && surplus === undefined) return
  const [name, has, lacks] =
    missing === undefined ? [surplus, other.name, first.name] : [missing, first.name, other.name]
  throw new DataError(`there are no draws of "${name}", but ${has} has some`, {
    code: "different-scalars",
    where: lacks,
    hint: "give files of one model only, one a chain",
  })
}
