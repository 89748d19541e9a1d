/** Stationarity with enough replicates to see a per cent. */
import { describe, expect, it } from "vitest"
import { methodsFor, SMALL_ZOO, smallModelOf } from "../kit/small-zoo.ts"
import { brokenLaws } from "../kit/stationarity.ts"

describe.each(SMALL_ZOO)("one sweep leaves the posterior unchanged: $name", (specimen) => {
  it.each(methodsFor(specimen))("%s", (method) => {
    const options = { replicates: 20_000, seed: `${specimen.name}, long` }
    expect(brokenLaws(smallModelOf(specimen), method, options)).toEqual([])
  })
})
