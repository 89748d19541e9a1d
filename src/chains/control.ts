/** The few numbers that a run shares with its workers: a stop flag, and how far each chain has come. */

/** Most sweeps that a chain can make: they are counted in these words of 32 bits. */
export const MOST_SWEEPS = 2 ** 31 - 1

export interface Control {
  readonly buffer: ArrayBufferLike
  /** `[stop, sweeps of chain 0, sweeps of chain 1, …]` */
  readonly words: Int32Array
}

/** Memory that chains and their caller share: the stop flag, then the sweeps done of each chain. */
export function createControl(chains: number): Control {
  return viewControl(new SharedArrayBuffer(4 * (chains + 1)))
}

export const viewControl = (buffer: ArrayBufferLike): Control => ({ buffer, words: new Int32Array(buffer) })

export const requestStop = (control: Control): void => void Atomics.store(control.words, 0, 1)
export const stopRequested = (control: Control): boolean => Atomics.load(control.words, 0) === 1
export const setProgress = (control: Control, chain: number, sweep: number): void =>
  void Atomics.store(control.words, chain + 1, sweep)
export const progressOf = (control: Control, chain: number): number => Atomics.load(control.words, chain + 1)
