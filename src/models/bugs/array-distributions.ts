import type { BugsArrayDistribution } from "./bugs-distribution.ts"

/** Distributions of vectors and matrices, and of one number given vectors. */
export const arrayDistributions: readonly BugsArrayDistribution[] = []
