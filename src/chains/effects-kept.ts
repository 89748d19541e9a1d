/** Apart from `sample.ts`, which loads everything: options are read before anything runs. */

/** What is kept of random effects: every draw of those monitored, mean and sd of all, or nothing. */
export type EffectsKept = "draws" | "moments" | "none"
export const EFFECTS_KEPT: readonly EffectsKept[] = ["draws", "moments", "none"]
