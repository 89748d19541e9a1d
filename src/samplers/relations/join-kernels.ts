import type { Kernel } from "../sampler.ts"

/** One kernel that steps through several in turn, each with its own stretch of the memory. */
export function joinKernels(kernels: readonly Kernel[]): Kernel {
  const [only] = kernels
  if (only !== undefined && kernels.length === 1) return only
  let memoryLength = 0
  const starts = kernels.map((kernel) => {
    memoryLength += kernel.memoryLength
    return memoryLength - kernel.memoryLength
  })
  let last: Float64Array | null = null
  let stretches: Float64Array[] = []
  // A chain keeps one memory: its stretches are cut once.
  const cut = (memory: Float64Array): void => {
    last = memory
    stretches = kernels.map((kernel, k) => memory.subarray(starts[k]!, starts[k]! + kernel.memoryLength))
  }
  const late = Int32Array.from(kernels.flatMap((kernel) => [...(kernel.late ?? [])]))
  return {
    writes: Int32Array.from(kernels.flatMap(({ writes }) => [...writes])),
    memoryLength,
    ...(late.length === 0 ? {} : { late }),
    step(s, memory, rng, phase, effects) {
      if (memory !== last) cut(memory)
      for (let k = 0; k < kernels.length; k++) kernels[k]!.step(s, stretches[k]!, rng, phase, effects)
    },
    ...(kernels.every(({ logDensity }) => logDensity !== undefined)
      ? {
          logDensity: (s: Float64Array) =>
            kernels.reduce((total, kernel) => total + kernel.logDensity!(s), 0),
        }
      : {}),
  }
}
