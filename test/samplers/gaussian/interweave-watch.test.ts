/** Whether a spread needs a second move in a sweep, from what both have moved it by. */
import { expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bindWatch, watchLength } from "../../../src/samplers/gaussian/interweave-watch.ts"

/** Sweeps of a log sd that is an autoregression of the given coefficients in turn. @returns whether the second is needed */
function watch(first: number, second: number): boolean {
  const rng = streamFor(`watch ${first}`, 0, "draws")
  const memory = new Float64Array(3 + watchLength(1))
  const { before, after, isSlow } = bindWatch({ kind: "sd", node: "s", q: 1, slot: 0, value: null }, 3)
  const state = Float64Array.of(1)
  const move = (rho: number) => {
    state[0] = Math.exp(rho * Math.log(state[0]!) + Math.sqrt(1 - rho * rho) * drawNormal(rng))
  }
  for (let sweep = 0; sweep < 1000; sweep++) {
    move(first)
    before(state, memory)
    move(second)
    after(state, memory, true)
  }
  return isSlow(memory)
}

it.each([
  ["the first hardly moves it", 0.98, 0.3, true],
  ["the first moves it well", 0.3, 0.3, false],
  ["the first moves it, the second hardly", 0.6, 0.98, false],
  ["the first moves it a little", 0.8, 0.2, true],
])("%s", (_, first, second, needed) => {
  expect(watch(first, second)).toBe(needed)
})
