import { describe, expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import { bindBlocked, lowerBlocked, matchBlocked } from "../../../src/samplers/gaussian/blocked.ts"
import { applyBounds } from "../../../src/samplers/gaussian/bounds.ts"
import { lowerCollapsed, matchCollapsed } from "../../../src/samplers/gaussian/collapsed.ts"
import { bindMarginal } from "../../../src/samplers/gaussian/marginal.ts"
import { readCoordinates, writeState } from "../../../src/samplers/gaussian/spread-space.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { logJoint } from "../../kit/log-joint.ts"
import { modelOf, ZOO } from "../../kit/zoo.ts"

const TOLERANCE = 1e-9

/** Every model of the zoo that the joint samplers take, with the pieces under test. */
const MODELS = ZOO.flatMap((specimen) => {
  const { graph } = modelOf(specimen)
  const layout = layOut(graph)
  const context = newContext(graph, layout)
  const match = matchCollapsed(context)
  const joint = matchBlocked(context)
  if (isRefusal(match) || isRefusal(joint)) return []
  return [{ name: specimen.name, graph, layout, match, joint }]
})

/** log |dx/dφ| of the lower triangle of a spread's node by central differences. */
function logJacobian(
  spread: Parameters<typeof writeState>[0],
  phi: Float64Array,
  scratch: Float64Array,
): number {
  const { q } = spread
  const d = phi.length
  const local = { ...spread, slot: 0 }
  const lower = (at: Float64Array): number[] => {
    const state = new Float64Array(q * q)
    writeState(local, at, 0, state, scratch)
    const values: number[] = []
    for (let i = 0; i < q; i++) for (let j = 0; j <= i; j++) values.push(state[i * q + j]!)
    return values
  }
  const step = 1e-5
  const columns = Array.from({ length: d }, (_, k) => {
    const above = phi.slice()
    const below = phi.slice()
    above[k]! += step
    below[k]! -= step
    const low = lower(below)
    return lower(above).map((value, i) => (value - low[i]!) / (2 * step))
  })
  // Gaussian elimination with pivoting on the d × d matrix of derivatives.
  let log = 0
  for (let c = 0; c < d; c++) {
    const pivot = columns.slice(c).reduce((a, b) => (Math.abs(b[c]!) > Math.abs(a[c]!) ? b : a))
    const at = columns.indexOf(pivot)
    ;[columns[c], columns[at]] = [columns[at]!, columns[c]!]
    log += Math.log(Math.abs(pivot[c]!))
    for (let r = c + 1; r < d; r++) {
      const ratio = columns[r]![c]! / pivot[c]!
      for (let k = c; k < d; k++) columns[r]![k]! -= ratio * pivot[k]!
    }
  }
  return log
}

it("the zoo has one factor, nested and crossed factors, vectors and known spreads", () => {
  expect(MODELS.length).toBeGreaterThan(10)
  expect(MODELS.some(({ match }) => match.model.effects.some((e) => e.q === 3))).toBe(true)
  expect(MODELS.some(({ match }) => match.model.effects.length > 1)).toBe(true)
})

describe.each(MODELS)("$name", ({ name, graph, layout, match, joint }) => {
  const lowered = lowerCollapsed(match, 1)
  const marginal = bindMarginal(lowered)
  const block = bindBlocked(lowerBlocked(joint))
  const scratch = new Float64Array(16)
  const rng = streamFor("gaussian identity", 0, name)

  /** A state with these coordinates, coefficients and effects drawn and then displaced. */
  function stateAt(phi: Float64Array): Float64Array {
    const state = new Float64Array(layout.length)
    marginal.spreads.forEach((spread, k) => {
      writeState(spread, phi, marginal.first[k]!, state, scratch)
    })
    block.step(state, new Float64Array(0), rng, "sampling")
    for (const slot of block.writes) state[slot]! += 0.3 * drawNormal(rng)
    return state
  }
  const randomPhi = () => {
    const phi = lowered.proposal.centre.map((centre) => centre + 0.5 * drawNormal(rng))
    applyBounds(lowered.bounds, phi)
    return phi
  }

  it("coefficients and effects: log joint − log conditional is constant given the spreads", () => {
    const phi = randomPhi()
    const differences = Array.from({ length: 5 }, () => {
      const state = stateAt(phi)
      const joint = logJoint(graph, layout, state)
      return { value: joint.value - block.logConditional!(state), magnitude: joint.magnitude }
    })
    for (const { value, magnitude } of differences) {
      expect(Math.abs(value - differences[0]!.value) / magnitude).toBeLessThan(TOLERANCE)
    }
  })

  it("spreads: log joint − log conditional of the rest is the marginal density, up to a constant", () => {
    const differences = Array.from({ length: 6 }, () => {
      const phi = randomPhi()
      const state = stateAt(phi)
      const joint = logJoint(graph, layout, state)
      const jacobian = marginal.spreads.reduce((total, spread, k) => {
        if (spread.kind === "known") return total
        const d = (spread.q * (spread.q + 1)) / 2
        return total + logJacobian(spread, phi.slice(marginal.first[k]!, marginal.first[k]! + d), scratch)
      }, 0)
      const direct = joint.value - block.logConditional!(state) + jacobian
      return { value: direct - marginal.logDensity(phi), magnitude: joint.magnitude }
    })
    for (const { value, magnitude } of differences) {
      expect(Math.abs(value - differences[0]!.value) / magnitude).toBeLessThan(TOLERANCE)
    }
  })

  it("coordinates are read back from the state they were written to", () => {
    const phi = randomPhi()
    const state = stateAt(phi)
    const back = new Float64Array(phi.length)
    marginal.spreads.forEach((spread, k) => {
      readCoordinates(spread, state, back, marginal.first[k]!, scratch)
    })
    back.forEach((value, k) => {
      expect(value).toBeCloseTo(phi[k]!, 8)
    })
  })
})
