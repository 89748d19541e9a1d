/** What warm-up decides about the moves of the collapsed sampler's spreads. */
import { describe, expect, it } from "vitest"
import { essTail } from "../../../src/diagnostics/ess-tail.ts"
import { chainsOf } from "../../../src/draws/draws.ts"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import {
  PARTS,
  RESCUE,
  type Stretch,
  TAILS,
  tailsOf,
  WHOLE,
  wayFor,
} from "../../../src/samplers/gaussian/ways.ts"
import { lmm } from "../../../src/samplers/model.ts"
import { runHere } from "../../kit/run-here.ts"

describe("the way for what a stretch has shown", () => {
  const good: Stretch = { dimension: 9, way: WHOLE, taken: 0.7, refused: 5, parts: null, tails: 0.5 }
  it.each<[string, Partial<Stretch>, number]>([
    ["all is well", {}, WHOLE],
    ["too short to tell of tails", { tails: null }, WHOLE],
    ["poor tails", { tails: 0.1 }, TAILS],
    ["poor tails of few coordinates", { dimension: 4, tails: 0.1 }, WHOLE],
    ["very poor ones", { dimension: 4, tails: 0.02 }, TAILS],
    ["stuck in a tail", { refused: 30 }, TAILS],
    ["poor tails, few steps taken", { tails: 0.1, taken: 0.4 }, PARTS],
    ["tails that other steps have made good", { way: TAILS }, TAILS],
    ["few steps taken", { taken: 0.2 }, PARTS],
    ["hardly any", { taken: 0.05 }, RESCUE],
    ["hardly any, and few of parts", { way: PARTS, taken: 0.05, parts: 0.1 }, RESCUE],
    ["hardly any, but of parts", { way: PARTS, taken: 0.05, parts: 0.4 }, PARTS],
  ])("%s", (_, change, expected) => {
    expect(wayFor({ ...good, ...change })).toBe(expected)
  })
})

it("tails of sticky draws are poor, of independent ones good", () => {
  const rng = streamFor("tails", 0, "draws")
  const free = Float64Array.from({ length: 2 * 1000 }, () => drawNormal(rng))
  expect(tailsOf(free, 2)).toBeGreaterThan(0.5)
  // The second coordinate stays for forty draws.
  const stuck = free.map((value, k) => (k % 2 === 0 ? value : free[(k - (k % 80)) % 2000]!))
  expect(tailsOf(stuck, 2)).toBeLessThan(0.1)
  expect(tailsOf(free.subarray(0, 400), 2)).toBeNull()
})

it("many correlated spreads of few groups: a fifth of the draws count in the tails", () => {
  const rng = streamFor("slopes", 0, "data")
  const n = 100
  const g = Array.from({ length: n }, (_, i) => i % 5)
  const [x1, x2, x3] = [0, 1, 2].map(() => Array.from({ length: n }, () => drawNormal(rng)))
  const u = [1, 0.5, 0.3, 0.2].map((sd) => g.slice(0, 5).map(() => sd * drawNormal(rng)))
  const y = g.map(
    (l, i) => u[0]![l]! + u[1]![l]! * x1![i]! + u[2]![l]! * x2![i]! + u[3]![l]! * x3![i]! + drawNormal(rng),
  )
  const model = lmm(
    "y ~ x1 + x2 + x3 + (x1 + x2 + x3 | g)",
    { y, g, x1: x1!, x2: x2!, x3: x3! },
    { factor: ["g"] },
  )
  const draws = runHere(model, "collapsed", { chains: 2, draws: 1000, warmup: 1000, thin: 1, seed: "tails" })
  const names = draws.names.filter((name) => /^(sd|cor)\[/.test(name))
  expect(names.length).toBe(11)
  const least = Math.min(...names.map((name) => essTail(chainsOf(draws, name))))
  expect(least).toBeGreaterThan(400)
})
