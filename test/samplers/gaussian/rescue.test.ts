/** What moves the spreads where the collapsed sampler's proposals fail leaves the posterior unchanged. */
import { describe, expect, it } from "vitest"
import type { LoweredCollapsed } from "../../../src/samplers/gaussian/collapsed.ts"
import { EVERY_WAY, forceWay, type Way } from "../../kit/forced-steps.ts"
import { SMALL_ZOO, smallModelOf } from "../../kit/small-zoo.ts"
import { brokenLaws } from "../../kit/stationarity.ts"

const slopes = SMALL_ZOO.find(({ name }) => name === "slopes, inverseWishart")!
const broken = (way: Way, change?: (lowered: LoweredCollapsed) => LoweredCollapsed) =>
  brokenLaws(smallModelOf(slopes), "collapsed", {
    replicates: 120,
    seed: way,
    replace: (block) => forceWay(block, way, change),
  })

describe("one sweep leaves the posterior unchanged", () => {
  it.each(EVERY_WAY)("%s", (way) => {
    expect(broken(way)).toEqual([])
  })
})

it("interweaved moves with wrong products do not", () => {
  const twice = (lowered: LoweredCollapsed): LoweredCollapsed => {
    const { interweave } = lowered
    const terms = interweave!.terms.map((term) => ({
      ...term,
      products: { ...term.products, own: term.products.own.map((value) => 3 * value) },
    }))
    return { ...lowered, interweave: { ...interweave!, terms } }
  }
  expect(broken("slices or interweaved", twice)).not.toEqual([])
})
