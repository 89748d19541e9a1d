import { describe, expect, it } from "vitest"
import { startChain } from "../../../src/chains/chain.ts"
import { makeRunSpec } from "../../../src/chains/run-spec.ts"
import { datasets } from "../../../src/data/datasets.ts"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { chainsOf } from "../../../src/draws/draws.ts"
import { listQuantities } from "../../../src/models/effect-quantities.ts"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bindBlock, lowerBlock } from "../../../src/samplers/crossed/block.ts"
import { chooseBlocks } from "../../../src/samplers/crossed/choose-blocks.ts"
import { bindCrossed, lowerCrossed } from "../../../src/samplers/crossed/crossed.ts"
import { drawCoefficients, logCoefficientDensity } from "../../../src/samplers/gaussian/factorisation.ts"
import { readCoordinates, writeState } from "../../../src/samplers/gaussian/spread-space.ts"
import { reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { type HierarchicalModel, lmm } from "../../../src/samplers/model.ts"
import type { PlanMethod } from "../../../src/samplers/plan.ts"
import type { Kernel } from "../../../src/samplers/sampler.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { compareSimulators, disagreements } from "../../kit/joint-distribution.ts"
import { logJoint } from "../../kit/log-joint.ts"
import { inflate } from "../../kit/mutate.ts"
import { runHere } from "../../kit/run-here.ts"
import { smallModelOf } from "../../kit/small-zoo.ts"
import { randomStates } from "../../kit/states.ts"
import { brokenLaws } from "../../kit/stationarity.ts"
import type { BindAnew } from "../../kit/sweeps.ts"
import { bindTo, CROSSED, type CrossedSpecimen, matchOf } from "./crossed-specimens.ts"

describe.each(CROSSED)("identity: $name", (specimen) => {
  const plan = smallModelOf(specimen).plan("collapsed")
  const { model, priors } = matchOf(plan.context)
  it.each(specimen.blocks.map((effects) => ({ effects })))("block $effects", ({ effects }) => {
    const data = lowerBlock(model, effects, priors)
    const block = bindBlock(data)
    const [density] = block.densities
    const rng = streamFor("crossed identity", effects[0]!, specimen.name)
    const scratch = new Float64Array(16)
    const phi = new Float64Array(block.dimension)
    for (const state of randomStates(plan, 3, rng)) {
      block.condition(state)
      const differences = Array.from({ length: 5 }, () => {
        // Scalar spreads move, of which the Jacobian is known; covariances stay.
        let jacobian = 0
        data.spreads.forEach((spread, k) => {
          readCoordinates(spread, state, phi, block.first[k]!, scratch)
          if (spread.kind === "known" || spread.kind === "covariance") return
          phi[block.first[k]!]! += 0.3 * drawNormal(rng)
          jacobian += (spread.kind === "sd" ? 1 : 2) * phi[block.first[k]!]!
          writeState(spread, phi, block.first[k]!, state, scratch)
        })
        const marginal = density.logDensity(phi)
        drawCoefficients(density.factorisation, state, rng)
        for (const slot of [...data.statistics.restSlots, ...data.statistics.ownSlots])
          state[slot]! += 0.2 * drawNormal(rng)
        const joint = logJoint(plan.graph, plan.layout, state)
        const value = joint.value + jacobian - logCoefficientDensity(density.factorisation, state) - marginal
        return { value, magnitude: joint.magnitude + Math.abs(marginal) }
      })
      for (const { value, magnitude } of differences)
        expect(Math.abs(value - differences[0]!.value) / magnitude).toBeLessThan(1e-11)
    }
  })
})

describe("one sweep", () => {
  const options = (specimen: CrossedSpecimen) => ({ replicates: 400, seed: specimen.name })

  it.each(CROSSED)("leaves the posterior unchanged: $name", (specimen) => {
    const bindAnew: BindAnew = (graph) => [bindTo(graph, specimen.blocks)]
    expect(brokenLaws(smallModelOf(specimen), "collapsed", { ...options(specimen), bindAnew })).toEqual([])
  })

  it("of draws 20 % too large does not", () => {
    const specimen = CROSSED[0]!
    const bindAnew: BindAnew = (graph) => [inflate(bindTo(graph, specimen.blocks), 1.2)]
    expect(brokenLaws(smallModelOf(specimen), "collapsed", { ...options(specimen), bindAnew })).not.toEqual(
      [],
    )
  })
})

it("says where few proposals for the spreads are taken", () => {
  const [specimen] = CROSSED
  const plan = smallModelOf(specimen!).plan("collapsed")
  const { blocks } = lowerCrossed({ ...matchOf(plan.context), blocks: specimen!.blocks })
  const wide = blocks.map((block) => {
    const { centre, factor } = block.proposal
    return { ...block, proposal: { centre, factor: factor.map((value) => 100 * value) } }
  })
  const notesOf = (kernel: Kernel): number => {
    const [state] = randomStates(plan, 1, streamFor("notes", 0, "state"))
    const memory = new Float64Array(kernel.memoryLength)
    const rng = streamFor("notes", 0, "sweeps")
    for (let k = 0; k < 120; k++) kernel.step(state!, memory, rng, "warmup")
    return kernel.notes!(memory).length
  }
  expect([blocks, wide].map((all) => notesOf(bindCrossed({ blocks: all })))).toEqual([0, 1])
})

describe("joint-distribution test", () => {
  const [, specimen] = CROSSED
  const model = smallModelOf(specimen!)
  const length = { seed: "crossed", independent: 1500, iterations: 1500 }

  it("both simulators agree, and not when a block is conditioned on nothing", () => {
    const right = compareSimulators(model, "collapsed", {
      ...length,
      bindAnew: (graph) => [bindTo(graph, specimen!.blocks)],
    })
    expect(disagreements(right, MCSE_LIMIT)).toEqual([])
    const wrong = compareSimulators(model, "collapsed", {
      ...length,
      bindAnew: (graph) => [bindTo(graph, specimen!.blocks, { conditioned: false })],
    })
    expect(disagreements(wrong, MCSE_LIMIT)).not.toEqual([])
  })
})

describe("agreement with drawing everything at once", () => {
  const CASES = [
    { data: "penicillin", formula: "diameter ~ 1 + (1 | plate) + (1 | sample)" },
    { data: "pastes", formula: "strength ~ 1 + (1 | cask) + (1 | batch)" },
  ] as const
  const run = { chains: 2, draws: 4000, warmup: 1000, thin: 1, seed: "agree" }

  it.each(CASES)("$data", ({ data, formula }) => {
    const model = lmm(formula, datasets[data]())
    const { model: gaussian, priors } = matchOf(model.plan("collapsed").context)
    const apart = { model: gaussian, priors, blocks: gaussian.effects.map((_, k) => [k]) }
    const inTurn: HierarchicalModel = {
      ...model,
      plan: (method) => {
        const plan = model.plan(method)
        const [block] = plan.blocks
        const lower = () => ({ sampler: "crossed", data: lowerCrossed(apart) })
        return { ...plan, blocks: [{ ...block!, assignment: { ...block!.assignment, lower } }] }
      },
    }
    const drawsOf = (m: HierarchicalModel, method: PlanMethod) => runHere(m, method, run)
    const [a, b] = [drawsOf(inTurn, "collapsed"), drawsOf(model, "collapsed")]
    for (const name of a.names) {
      const [ours, theirs] = [a, b].map((draws) => [...chainsOf(draws, name)])
      // Half-t priors leave variances of few groups without the moments that an error needs: compare logs.
      const positive = /^(sd|var)/.test(name)
      const scale = (chains: Float64Array[]) => (positive ? chains.map((c) => c.map(Math.log)) : chains)
      const [x, y] = [scale(ours!), scale(theirs!)]
      const difference =
        mean(Float64Array.from(x.flatMap((c) => [...c]))) - mean(Float64Array.from(y.flatMap((c) => [...c])))
      expect(Math.abs(difference), name).toBeLessThan(MCSE_LIMIT * Math.hypot(mcseMean(x), mcseMean(y)))
    }
  })
})

describe("many levels of two factors", () => {
  const table = crossedTable(4000, [400, 300, 6])
  const model = lmm("y ~ x + (1 | a) + (1 | b) + (1 | c)", table)
  const run = { chains: 1, draws: 30, warmup: 60, thin: 1, seed: "many" }

  it("auto takes the large factors in turn, the small one with its neighbour, and says why", () => {
    const plan = model.plan()
    expect(plan.method).toBe("collapsed")
    expect(plan.blocks.map(({ assignment }) => assignment.sampler)).toEqual(["crossed"])
    expect(plan.reason).toMatch(/^large factors in turn, \de\+4 multiplications a sweep: .* \de\+6$/)
    const explained = plan.explain()
    expect(explained).toMatch(/block 1: .*u\[a\].* given the other effects/)
    expect(explained).toMatch(/block 2: .*u\[b\].* given the other effects/)
    expect(explained.match(/u\[c\]/g)!.length).toBeGreaterThan(0)
  })

  it("blocked and gibbs stay what they are", () => {
    const samplers = model.plan("blocked").blocks.map(({ assignment }) => assignment.sampler)
    expect(samplers.filter((name) => name !== "conjugate")).toEqual(["gaussian-block", "interweave"])
    expect(model.plan("gibbs").blocks.every(({ assignment }) => assignment.sampler !== "crossed")).toBe(true)
  })

  it("a chain resumed from a checkpoint is the chain that ran straight through, bit for bit", () => {
    const spec = makeRunSpec(model.plan(), run, listQuantities(model.graph))
    const straight = startChain(spec, 0)
    const record = new Float64Array(spec.monitors.length)
    while (straight.sweep < 70) straight.advance(record)
    const broken = startChain(spec, 0)
    while (broken.sweep < 55) broken.advance(record)
    const resumed = startChain(spec, 0, { from: broken.checkpoint() })
    while (resumed.sweep < 70) resumed.advance(record)
    expect(resumed.state).toEqual(straight.state)
  })

  it("reduces the rows of a block to what the rows less the effects outside it are reduced to", () => {
    const { model: gaussian, priors } = matchOf(newContext(model.graph, layOut(model.graph)))
    const state = randomStates(model.plan(), 1, streamFor("rows", 0, "state"))[0]!
    for (const effects of chooseBlocks(gaussian)) {
      const { child } = gaussian
      const inside = new Set(effects.map((k) => gaussian.effects[k]!.node))
      const outside = child.columns.filter(({ node, codes }) => codes !== null && !inside.has(node))
      const residual = child.residual.map((r, i) =>
        outside.reduce((left, { slot, stride, codes }) => left - state[slot + stride * codes![i]!]!, r),
      )
      const direct = reduceRows({
        child: { columns: child.columns, centre: child.centre, rows: child.rows, residual },
        coefficients: gaussian.coefficients,
        effects: effects.map((k) => gaussian.effects[k]!),
      })
      const block = bindBlock(lowerBlock(gaussian, effects, priors))
      block.condition(state)
      const { ownResponse, restResponse, squares } = block.densities[0].factorisation.statistics
      expectClose(ownResponse, direct.ownResponse)
      expectClose(restResponse, direct.restResponse)
      expectClose(Float64Array.of(squares), Float64Array.of(direct.squares))
    }
  })
})

function expectClose(a: Float64Array, b: Float64Array): void {
  const size = Math.max(...b.map(Math.abs))
  a.forEach((value, k) => {
    expect(Math.abs(value - b[k]!)).toBeLessThan(1e-12 * size)
  })
}

/** Ratings with a level of every factor drawn for each row. */
function crossedTable(rows: number, levels: readonly number[]): Record<string, (number | string)[]> {
  const rng = streamFor("crossed table", 0, "test")
  const effects = levels.map((count) => Float64Array.from({ length: count }, () => 0.5 * drawNormal(rng)))
  const codes = levels.map((count) => Array.from({ length: rows }, () => Math.floor(count * rng.uniform())))
  const x = Array.from({ length: rows }, () => drawNormal(rng))
  const y = x.map(
    (value, i) =>
      3 + 0.4 * value + effects.reduce((sum, u, f) => sum + u[codes[f]![i]!]!, 0) + drawNormal(rng),
  )
  const columns = codes.map((of, f) => ["abc"[f]!, of.map((code) => `l${code}`)] as const)
  return { y, x, ...Object.fromEntries(columns) }
}
