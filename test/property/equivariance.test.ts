/** What must not matter, and what must matter in a known way: order of rows, names of groups, units, spelling. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { latentNodes } from "../../src/models/graph.ts"
import { streamFor } from "../../src/random/stream.ts"
import { bindNatural } from "../../src/samplers/kernel/bind.ts"
import { type LmmOptions, lmm } from "../../src/samplers/model.ts"
import { lowerPlan, type Plan } from "../../src/samplers/plan.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { anyProgramOf } from "../kit/mutate.ts"
import { randomStates } from "../kit/states.ts"
import { standardTable } from "../kit/zoo.ts"

type Columns = Record<string, (number | string)[]>

const SEED = { seed: 20240607, numRuns: 12 }
const TOLERANCE = 1e-9
const TABLE: Columns = standardTable()
const ROWS = TABLE.y!.length
const FORMULA = "y ~ x + s + (x | g) + (1 | h)"
const PRIORS = ["cov(g) ~ huangWand(3, [2, 1])", "sd(h) ~ halfT(3, 2)", "var(residual) ~ inverseGamma(2, 1)"]

const planOf = (data: Columns, priors = PRIORS, formula = FORMULA, options: LmmOptions = {}): Plan =>
  lmm(formula, data, { ...options, priors }).plan("gibbs")

/** Natural parameters of every member of every block, one array a member, by target. */
function naturalsOf(plan: Plan, state: Float64Array): Map<string, Float64Array[]> {
  const blocks = lowerPlan(plan).map((block, k) => {
    const program = anyProgramOf(block)
    const natural = bindNatural(program)
    natural.prepare(state)
    const members = Array.from({ length: program.target.members }, (_, m) => {
      const v = new Float64Array(program.outputs.length)
      natural.evaluate(state, m, v)
      return v
    })
    return [plan.blocks[k]!.targets[0]!, members] as const
  })
  return new Map(blocks)
}

/** The state after some sweeps of single-site draws. */
function advance(plan: Plan, from: Float64Array, sweeps: number): Float64Array {
  const kernels = lowerPlan(plan).map((block) => bindLowered(block))
  const rng = streamFor("equivariance", 0, "sweeps")
  const state = from.slice()
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const kernel of kernels) kernel.step(state, new Float64Array(kernel.memoryLength), rng, "sampling")
  }
  return state
}

function expectNear(a: ArrayLike<number>, b: ArrayLike<number>, tolerance = TOLERANCE): void {
  expect(a.length).toBe(b.length)
  const size = Math.max(...Array.from(b, Math.abs))
  for (let k = 0; k < a.length; k++) expect(Math.abs(a[k]! - b[k]!)).toBeLessThanOrEqual(tolerance * size)
}

const randomState = (plan: Plan) => randomStates(plan, 1, streamFor("equivariance", 0, "state"))[0]!

it("permuting rows changes no full conditional", () => {
  const plan = planOf(TABLE)
  const state = randomState(plan)
  const expected = naturalsOf(plan, state)
  const order = fc.shuffledSubarray(
    Array.from({ length: ROWS }, (_, i) => i),
    { minLength: ROWS },
  )
  fc.assert(
    fc.property(order, (rows) => {
      const permuted = Object.fromEntries(
        Object.entries(TABLE).map(([name, values]) => [name, rows.map((i) => values[i]!)]),
      )
      for (const [target, members] of naturalsOf(planOf(permuted), state)) {
        members.forEach((v, m) => {
          expectNear(v, expected.get(target)![m]!)
        })
      }
    }),
    SEED,
  )
})

it("relabelling groups permutes the members of their effects and changes nothing else", () => {
  const plan = planOf(TABLE)
  const state = randomState(plan)
  const expected = naturalsOf(plan, state)
  const { offset, stride } = plan.layout.slots["u[g]"]!
  const names = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 6 }).map((text) => `n${text}`),
    {
      minLength: 4,
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(names, (labels) => {
      const relabelled = { ...TABLE, g: TABLE.g!.map((level) => labels[Number(String(level).slice(1))]!) }
      const other = planOf(relabelled)
      const levels = other.graph.plates.find((plate) => plate.id === "g")!.labels!
      const oldOf = levels.map((label) => labels.indexOf(label))
      expect([...oldOf].sort()).toEqual([0, 1, 2, 3])
      const moved = state.slice()
      oldOf.forEach((old, now) => {
        for (let t = 0; t < stride; t++) moved[offset + stride * now + t] = state[offset + stride * old + t]!
      })
      for (const [target, members] of naturalsOf(other, moved)) {
        members.forEach((v, m) => {
          expectNear(v, expected.get(target)![target === "u[g]" ? oldOf[m]! : m]!)
        })
      }
    }),
    SEED,
  )
})

describe("units of the response", () => {
  /** Powers of the unit in which each node is measured. */
  const powerOf = (id: string) => (/^(var|cov)\[/.test(id) ? 2 : id.startsWith("aux[") ? -2 : 1)
  const rescale = (plan: Plan, state: Float64Array, unit: number): Float64Array => {
    const scaled = state.slice()
    for (const { id } of latentNodes(plan.graph)) {
      const { offset, stride, members } = plan.layout.slots[id]!
      for (let k = offset; k < offset + stride * members; k++) scaled[k]! *= unit ** powerOf(id)
    }
    return scaled
  }

  it("draws in other units are the same draws in other units", () => {
    const plan = planOf(TABLE)
    const state = randomState(plan)
    const expected = advance(plan, state, 20)
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e4, noNaN: true }), (unit) => {
        const data = { ...TABLE, y: TABLE.y!.map((value) => Number(value) * unit) }
        const priors = [
          `cov(g) ~ huangWand(3, [${2 * unit}, ${unit}])`,
          `sd(h) ~ halfT(3, ${2 * unit})`,
          `var(residual) ~ inverseGamma(2, ${unit * unit})`,
        ]
        const other = planOf(data, priors)
        const got = advance(other, rescale(plan, state, unit), 20)
        for (const { id } of latentNodes(plan.graph)) {
          const { offset, stride, members } = plan.layout.slots[id]!
          const slots = [offset, offset + stride * members] as const
          expectNear(got.slice(...slots), rescale(plan, expected, unit).slice(...slots), 1e-6)
        }
      }),
      SEED,
    )
  })

  it("shifting the response shifts a flat intercept and nothing else", () => {
    const plan = planOf(TABLE)
    const state = randomState(plan)
    const slot = plan.layout.slots["b[(Intercept)]"]!.offset
    const expected = advance(plan, state, 20)
    fc.assert(
      fc.property(fc.integer({ min: -1000, max: 1000 }), (shift) => {
        const moved = state.slice()
        moved[slot]! += shift
        const data = { ...TABLE, y: TABLE.y!.map((value) => Number(value) + shift) }
        const got = advance(planOf(data), moved, 20)
        got[slot]! -= shift
        expectNear(got, expected, 1e-7)
      }),
      SEED,
    )
  })
})

describe("spelling", () => {
  const SPELLINGS: [string, string][] = [
    ["y ~ x + (x | g)", "y ~ 1 + x + (1 + x | g)"],
    ["y ~ x + (x || g)", "y ~ x + (1 | g) + (0 + x | g)"],
    ["y ~ s * x + (1 | g)", "y ~ s + x + s:x + (1 | g)"],
    ["y ~ 1 + (1 | g/c)", "y ~ 1 + (1 | g) + (1 | c:g)"],
  ]

  it.each(SPELLINGS)("%s is %s", (a, b) => {
    const [planA, planB] = [planOf(TABLE, [], a), planOf(TABLE, [], b)]
    expect(planB.graph).toEqual(planA.graph)
    const state = randomState(planA)
    expect(advance(planB, state, 5)).toEqual(advance(planA, state, 5))
  })

  it("an offset is subtracted from the response", () => {
    const withOffset = planOf(TABLE, PRIORS, `${FORMULA} + offset(o)`)
    const y = TABLE.y!.map((value, i) => Number(value) - Number(TABLE.o![i]))
    const subtracted = planOf({ ...TABLE, y }, PRIORS)
    const state = randomState(withOffset)
    expectNear(advance(withOffset, state, 10), advance(subtracted, state, 10), 1e-8)
  })
})
