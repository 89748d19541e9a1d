/** Geweke's joint-distribution test of what moves the spreads where the collapsed sampler's proposals fail. */
import { describe, expect, it } from "vitest"
import { EVERY_WAY, forceWay } from "../../kit/forced-steps.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { compareSimulators, disagreements } from "../../kit/joint-distribution.ts"
import { methodsFor, SMALL_ZOO, smallModelOf } from "../../kit/small-zoo.ts"

const applicable = SMALL_ZOO.filter((specimen) => methodsFor(specimen).includes("collapsed"))

describe.each(applicable)("$name", (specimen) => {
  it.each(EVERY_WAY)("%s: both simulators agree", (way) => {
    const options = { seed: `${specimen.name}, ${way}`, independent: 5000, iterations: 5000 }
    const comparisons = compareSimulators(smallModelOf(specimen), "collapsed", {
      ...options,
      replace: (block) => forceWay(block, way),
    })
    expect(disagreements(comparisons, MCSE_LIMIT)).toEqual([])
  })
})
