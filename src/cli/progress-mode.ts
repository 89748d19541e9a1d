/** Apart from `progress.ts`, which loads the bars: options are read before anything runs. */
export const PROGRESS_MODES = ["auto", "bar", "json", "none"] as const
export type ProgressMode = (typeof PROGRESS_MODES)[number]
