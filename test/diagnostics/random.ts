import seedrandom from "seedrandom"

/** Uniform numbers on [0, 1) from a seed. */
export function uniforms(seed: number): () => number {
  return seedrandom(String(seed))
}

/** Standard normal numbers from a seed, by Box and Muller's transformation. */
export function normals(seed: number): () => number {
  const random = uniforms(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
