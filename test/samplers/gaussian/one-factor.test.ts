/** Classes of equal levels against the general factorisation, and generated code against loops. */
import { describe, expect, it } from "vitest"
import { datasets } from "../../../src/data/datasets.ts"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import { lowerCollapsed, matchCollapsed } from "../../../src/samplers/gaussian/collapsed.ts"
import { bindCollapsed } from "../../../src/samplers/gaussian/collapsed-kernel.ts"
import { bindMarginal } from "../../../src/samplers/gaussian/marginal.ts"
import { bindMove } from "../../../src/samplers/gaussian/move-code.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { lmm } from "../../../src/samplers/model.ts"
import { standardTable } from "../../kit/zoo.ts"

const CASES = [
  {
    name: "one-way, unequal groups",
    formula: "log_radon ~ 1 + (1 | county)",
    data: datasets.radon(),
    merged: true,
  },
  {
    name: "slopes, 0/1 predictor",
    formula: "log_radon ~ floor + (floor | county)",
    data: datasets.radon(),
    merged: true,
  },
  {
    name: "balanced slopes",
    formula: "Reaction ~ Days + (Days | Subject)",
    data: datasets.sleepstudy(),
    merged: true,
  },
  { name: "independent terms", formula: "y ~ x + (x || g)", data: standardTable(), merged: false },
  { name: "three effects", formula: "y ~ x + z + (x + z | g)", data: standardTable(), merged: false },
  { name: "no coefficients", formula: "y ~ 0 + (1 | g)", data: standardTable(), merged: true },
  { name: "a group of one row", formula: "y ~ x + s + (x | g)", data: standardTable(13), merged: false },
]

describe.each(CASES)("$name", ({ name, formula, data, merged }) => {
  const { graph } = lmm(formula, data)
  const layout = layOut(graph)
  const match = matchCollapsed(newContext(graph, layout))
  if (isRefusal(match)) throw match
  const lowered = lowerCollapsed(match, 1)
  const classes = lowered.classes!
  const rng = streamFor("one factor", 0, name)
  const somewhere = () => lowered.proposal.centre.map((centre) => centre + 0.7 * drawNormal(rng))

  it("levels are merged, each counted once", () => {
    let [count, levels] = [0, 0]
    for (let r = 0; r < classes.runs.length; r += 2) {
      count += classes.runs[r]!
      levels += classes.runs[r]! * classes.runs[r + 1]!
    }
    expect(levels).toBe(lowered.statistics.levels)
    expect(count < levels).toBe(merged)
    expect(Math.max(...classes.classOf)).toBe(count - 1)
  })

  it("the density is that of the general factorisation", () => {
    const [special, general] = [bindMarginal(lowered), bindMarginal({ ...lowered, classes: null })]
    for (let k = 0; k < 20; k++) {
      const phi = somewhere()
      const expected = general.logDensity(phi)
      expect(Math.abs(special.logDensity(phi) - expected)).toBeLessThan(1e-9 * (1 + Math.abs(expected)))
    }
  })

  it("generated code and loops agree bit for bit", () => {
    const [generated, loops] = [bindMarginal(lowered), bindMarginal(lowered, true)]
    for (let k = 0; k < 50; k++) {
      const phi = somewhere()
      expect(loops.logDensity(phi)).toBe(generated.logDensity(phi))
    }
  })

  it("moves written out as code are those over arrays, bit for bit", () => {
    expect(bindMove(lowered, lowered.bounds.length > 0) !== null).toBe(name !== "three effects")
    const [code, loops] = [false, true].map((interpreted) => {
      const kernel = bindCollapsed(lowered, { interpreted })
      const state = new Float64Array(layout.length).fill(1)
      for (const { slot, q } of lowered.spreads) {
        for (let i = 0; i < q * q; i++) state[slot + i] = i % (q + 1) === 0 ? 1 : 0
      }
      const memory = new Float64Array(kernel.memoryLength)
      const own = streamFor("moves", 0, name)
      for (let k = 0; k < 400; k++) kernel.step(state, memory, own, k < 300 ? "warmup" : "sampling")
      return { state, memory }
    })
    expect(code!.memory).toEqual(loops!.memory)
    expect(code!.state).toEqual(loops!.state)
  })

  it("draws have the mean and variance of those of the general factorisation", () => {
    const phi = lowered.proposal.centre.slice()
    const slots = [...lowered.statistics.restSlots, ...lowered.statistics.ownSlots.slice(0, 6)]
    const draw = (marginal: ReturnType<typeof bindMarginal>) => {
      marginal.logDensity(phi)
      const state = new Float64Array(layout.length)
      const draws = slots.map(() => new Float64Array(1500))
      const noise = new Float64Array(lowered.statistics.rest)
      for (let r = 0; r < 1500; r++) {
        for (let a = 0; a < noise.length; a++) noise[a] = drawNormal(rng)
        marginal.likelihood.drawCoefficients(state, noise)
        marginal.likelihood.drawEffects(state, rng)
        slots.forEach((slot, k) => {
          draws[k]![r] = state[slot]!
        })
      }
      return draws
    }
    const [special, general] = [
      draw(bindMarginal(lowered)),
      draw(bindMarginal({ ...lowered, classes: null })),
    ]
    const z = (a: Float64Array, b: Float64Array) =>
      (mean(a) - mean(b)) / Math.hypot(mcseMean([a]), mcseMean([b]))
    special.forEach((own, k) => {
      const other = general[k]!
      expect(Math.abs(z(own, other))).toBeLessThan(4.5)
      const centre = mean(other)
      const square = (values: Float64Array) => values.map((value) => (value - centre) ** 2)
      expect(Math.abs(z(square(own), square(other)))).toBeLessThan(4.5)
      // Neighbours in the list are correlated as they should be.
      const [nextOwn, nextOther] = [special[(k + 1) % slots.length]!, general[(k + 1) % slots.length]!]
      const product = (a: Float64Array, b: Float64Array) =>
        a.map((value, i) => (value - centre) * (b[i]! - mean(nextOther)))
      expect(Math.abs(z(product(own, nextOwn), product(other, nextOther)))).toBeLessThan(4.5)
    })
  })
})
