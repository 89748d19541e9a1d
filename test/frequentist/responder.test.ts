import { expect, it } from "vitest"
import { createResponder, createSystem } from "../../src/frequentist/lmm-system.ts"
import { scatter } from "../kit/hand-made-design.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

it.each(Object.entries(mixedDesigns))("%s: another response in the place of the first", (_, make) => {
  const design = make(4)
  const uniform = scatter(9)
  for (const weights of [null, Float64Array.from({ length: design.nobs }, () => 0.5 + uniform())]) {
    const system = createSystem(design, weights)
    const before = structuredClone(system.cross)
    const respond = createResponder(system)
    for (let k = 0; k < 2; k++) {
      const values = Float64Array.from({ length: design.nobs }, () => 10 * uniform())
      const given = { ...design, offset: null, response: { ...design.response, values } }
      const expected = createSystem(given, weights)
      const found = respond(values)
      expect(found.cross.below).toEqual(expected.cross.below)
      expect(found.cross.tail).toEqual(expected.cross.tail)
      expect(found.cross.diagonal).toEqual(expected.cross.diagonal)
      expect(found.responseScale).toBe(expected.responseScale)
      expect(found.leastSquares).toEqual(expected.leastSquares)
    }
    // The system it came from is as it was.
    expect(system.cross).toEqual(before)
  }
})
