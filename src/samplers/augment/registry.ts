/** Every augmentation that makes a prior conjugate. A new one is one file and one line here. */
import { halfTMixture } from "./half-t.ts"
import { huangWandMixture } from "./huang-wand.ts"
import type { Augmentation } from "./rewrite.ts"

export const AUGMENTATIONS: readonly Augmentation[] = [halfTMixture, huangWandMixture]
