/** Equations by classes of elements against the equations written out, and generated code against the interpreter. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { collapsedBlock } from "../../../src/samplers/relations/collapsed-block.ts"
import { findElementClasses } from "../../../src/samplers/relations/collapsed-classes.ts"
import { compileClasses } from "../../../src/samplers/relations/collapsed-equations.ts"
import { bindSparseEquations } from "../../../src/samplers/relations/collapsed-sparse.ts"
import { sumGroups } from "../../../src/samplers/relations/collapsed-sums.ts"
import { bindPrecisionWeights } from "../../../src/samplers/relations/collapsed-weights.ts"
import { withInterpreter } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { modelOf } from "../../kit/relation-identity.ts"

const PRIORS = "t ~ dgamma(3, 2); ta ~ dgamma(3, 2); mu ~ dnorm(0.5, 0.2)"

const SPECIMENS: readonly {
  readonly name: string
  readonly text: string
  readonly data: Parameters<typeof bugs>[1]
  /** Elements at the top; by kind its elements in a set and its classes. */
  readonly top: number
  readonly kinds: readonly (readonly [number, number])[]
}[] = [
  {
    name: "groups of two sizes",
    text: `model { for (i in 1:N) { y[i] ~ dnorm(m[g[i]], t) } for (j in 1:4) { m[j] ~ dnorm(mu, ta) } ${PRIORS} }`,
    data: { N: 7, g: [1, 1, 2, 2, 3, 3, 4], y: [1, 2, 3, 5, 4, 4, 1] },
    top: 1,
    kinds: [[1, 2]],
  },
  {
    name: "lines of groups with a common design",
    text: `model { for (i in 1:4) { a[i] ~ dnorm(mu, ta); b[i] ~ dnorm(nu, ta); for (j in 1:3) { y[i, j] ~ dnorm(a[i] + b[i] * x[j], t) } }
      nu ~ dnorm(0, 1); ${PRIORS} }`,
    data: {
      x: [0.5, 1, 4],
      y: [
        [1, 2, 4],
        [2, 2, 3],
        [1, 5, 6],
        [0, 1, 2],
      ],
    },
    top: 2,
    kinds: [[2, 1]],
  },
  {
    name: "sets of two kinds: some groups have a slope",
    text: `model { for (i in 1:8) { y[i] ~ dnorm(a[g[i]], t); z[i] ~ dnorm(c[g[i]] + d[g[i]] * x[i] + mu, t) }
      for (j in 1:3) { a[j] ~ dnorm(mu, ta); c[j] ~ dnorm(0, ta); d[j] ~ dnorm(0, ta) } ${PRIORS} }`,
    data: {
      g: [1, 1, 2, 2, 2, 3, 3, 3],
      x: [0.3, 1, -1, 2, 0.7, 1, 2, 4],
      y: [1, 2, 3, 4, 5, 6, 7, 8],
      z: [2, 1, 3, 1, 3, 2, 5, 4],
    },
    top: 1,
    kinds: [
      [1, 2],
      [2, 3],
    ],
  },
  {
    name: "vectors with a precision matrix",
    text: `model { for (i in 1:3) { u[i, 1:2] ~ dmnorm(nu[], P[,]); for (j in 1:2) { y[i, j] ~ dnorm(u[i, 1] + u[i, 2] * x[j], t) } }
      nu[1:2] ~ dmnorm(zero[], S[,]); P[1:2, 1:2] ~ dwish(S[,], 3); t ~ dgamma(3, 2) }`,
    data: {
      x: [-1, 1.5],
      zero: [0.2, 0],
      S: [
        [2, 0.3],
        [0.3, 1],
      ],
      y: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    },
    top: 2,
    kinds: [[2, 1]],
  },
  {
    name: "no groups",
    text: `model { for (i in 1:4) { y[i] ~ dnorm(mu + b * x[i], t) } b ~ dnorm(0, ta); ${PRIORS} }`,
    data: { x: [0, 1, 2, 4], y: [1, 2, 3, 4] },
    top: 2,
    kinds: [],
  },
]

function setUp({ name, text, data }: (typeof SPECIMENS)[number]) {
  const model = modelOf(bugs(text, data).graph)
  const { graph, engine } = model
  const targets = graph.relations.flatMap((r, relation) =>
    r.kind === "stochastic" && !r.observed
      ? [{ relation, instances: Int32Array.from({ length: r.size }, (_, i) => i) }]
      : [],
  )
  const [block] = collapsedBlock.match(model, targets).blocks
  const { match } = block!
  const sums = sumGroups(match, engine)
  const s = initialState(engine, new Map(), streamFor(name, 0, "classes"))
  const weights = new Float64Array(sums.terms.length)
  bindPrecisionWeights(match.factors.groups, sums.terms, engine).read(s, weights)
  return { match, engine, sums, s, weights, n: match.factors.slots.length }
}

/** Q and b of Q δ = −b as dense arrays, from the terms. */
function equationsOf({ match, sums, weights, n }: ReturnType<typeof setUp>) {
  const q = Array.from({ length: n }, () => new Float64Array(n))
  const b = new Float64Array(n)
  const entries = new Map<number, readonly [number, number]>()
  match.factors.groups.forEach(({ start, columns }, g) => {
    let at = 0
    for (let i = 0; i + 1 < start.length; i++)
      for (let x = start[i]!; x < start[i + 1]!; x++)
        for (let y = start[i]!; y <= x; y++) entries.set(match.pairs[g]![at++]!, [columns[x]!, columns[y]!])
  })
  sums.terms.forEach(({ places, products, columns, cross }, t) => {
    places.forEach((place, k) => {
      const [x, y] = entries.get(place)!
      q[x]![y]! += weights[t]! * products[k]!
      if (x !== y) q[y]![x]! += weights[t]! * products[k]!
    })
    columns.forEach((column, k) => {
      b[column]! += weights[t]! * cross[k]!
    })
  })
  return { q, b }
}

describe.each(SPECIMENS)("classes of elements: $name", (specimen) => {
  const given = setUp(specimen)
  const { match, engine, sums, weights, n } = given
  const code = compileClasses(match, sums)!
  const memory = new Float64Array(code.length)
  const value = code.propose(weights, memory)

  it("are as few as they can be", () => {
    const { top, kinds } = findElementClasses(n, match.factors.groups, match.pairs, sums)!
    expect(top.length).toBe(specimen.top)
    expect(kinds.map(({ q, start }) => [q, start.length - 1])).toEqual(specimen.kinds)
  })

  it("have the density of the sparse equations", () => {
    const sparse = bindSparseEquations(match, sums, engine)
    sparse.load(given.s, true)
    expect(Math.abs(sparse.propose(weights) - value)).toBeLessThan(1e-10 * (1 + Math.abs(value)))
    expect(
      code.propose(
        weights.map((w, t) => (t === 0 ? -1e6 * Math.abs(w) : w)),
        memory.slice(),
      ),
    ).toBeNaN()
  })

  it("have the mean and the covariance of the equations as their draws", () => {
    const { q, b } = equationsOf(given)
    const drawn = (z: Float64Array): number[] => {
      const s = given.s.slice()
      code.draw(weights, memory, z, s)
      return Array.from(match.factors.slots, (slot, k) => s[slot]! - sums.centre[k]!)
    }
    const mean = drawn(new Float64Array(n))
    const columns = mean.map((_, k) => {
      const z = new Float64Array(n)
      z[k] = 1
      return drawn(z).map((x, j) => x - mean[j]!)
    })
    for (let i = 0; i < n; i++) {
      expect(Math.abs(mean.reduce((sum, x, k) => sum + q[i]![k]! * x, b[i]!))).toBeLessThan(1e-9)
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let k = 0; k < n; k++)
          sum += q[i]![k]! * columns.reduce((total, column) => total + column[k]! * column[j]!, 0)
        expect(Math.abs(sum - (i === j ? 1 : 0))).toBeLessThan(1e-9)
      }
    }
  })

  it("are computed alike by the interpreter, to the bit", () => {
    const interpreted = withInterpreter(() => compileClasses(match, sums)!)
    const own = new Float64Array(code.length)
    expect(interpreted.propose(weights, own)).toBe(value)
    expect(own).toEqual(memory)
    const [s, other] = [given.s.slice(), given.s.slice()]
    const z = Float64Array.from({ length: n }, (_, k) => Math.sin(k + 1))
    code.draw(weights, memory, z, s)
    interpreted.draw(weights, own, z, other)
    expect(other).toEqual(s)
  })
})

it("elements that all hang on each other in chains have no classes", () => {
  const text = `model { for (i in 1:40) { y[i] ~ dnorm(x[i], t) } x[1] ~ dnorm(0, 1); for (i in 2:40) { x[i] ~ dnorm(x[i - 1], ta) }
    t ~ dgamma(3, 2); ta ~ dgamma(3, 2) }`
  const data = { y: Array.from({ length: 40 }, (_, k) => Math.cos(k)) }
  const { match, sums } = setUp({ name: "chain", text, data, top: 0, kinds: [] })
  expect(compileClasses(match, sums)).toBeNull()
})
