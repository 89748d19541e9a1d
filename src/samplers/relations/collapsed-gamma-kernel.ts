import gammaln from "@stdlib/math-base-special-gammaln"
import { NumericalError } from "../../core/errors.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { drawGamma } from "../../random/gamma.ts"
import type { Kernel } from "../sampler.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { bindNatural, type ConjugateNumberMatch, familyOf } from "./conjugate-number.ts"
import type { Dependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { bindMarginalSteps } from "./marginal-steps.ts"
import { bindScaleCoordinates, type Scales } from "./scale-coordinates.ts"

/** Plain data of gamma elements with the numbers of their prior. */
export interface CollapsedGammaMatch {
  readonly elements: ConjugateNumberMatch
  readonly numbers: Scales
  /** What the elements' prior is computed from. */
  readonly numberDependents: Dependents
  readonly after: Dependents
  readonly weighed: readonly Instances[]
  /** Whether these hang on nothing drawn that another block draws. */
  readonly isAlone: boolean
  readonly relations: readonly number[]
}

/**
 * With children that add S_j to the shape a and R_j to the rate b of element j, the marginal density of the numbers φ is
 * `p(φ) Π_j Γ(a + S_j) / Γ(a) · b^a / (b + R_j)^(a + S_j)` (for Poisson counts a product of negative binomials). Source: George, Makov &
 * Smith (1993), Scandinavian Journal of Statistics 20; van Dyk & Park (2008), JASA 103, on collapsing.
 */
export function bindCollapsedGamma(match: CollapsedGammaMatch, engine: Engine): Kernel {
  const { elements, numbers, after, isAlone } = match
  const { slots, instances, relation } = elements
  const m = slots.length
  const coordinates = bindScaleCoordinates(numbers, engine)
  const phi = new Float64Array(coordinates.dimension)
  const contributions = bindNatural(elements, engine, familyOf(elements.family), {
    start: (natural) => {
      natural.fill(0)
    },
  })
  const natural = new Float64Array(2)
  const shapes = new Float64Array(m)
  const rates = new Float64Array(m)
  const logRatio = createGammaRatio(shapes)
  const prior = engine.functions[relation]!
  const args = new Float64Array(4)
  const data = watchData(match, engine)
  const numberRuns = match.numberDependents.computed
  const runs = after.computed

  /** Takes in what the children add, which does not hang on the elements: these are drawn anew, and set to 1 for it. */
  const load = (s: Float64Array): void => {
    for (let j = 0; j < m; j++) s[slots[j]!] = 1
    engine.compute(s, runs, 0, runs.relation.length)
    for (let j = 0; j < m; j++) {
      contributions(s, j, natural, null)
      shapes[j] = natural[0]!
      rates[j] = natural[1]!
    }
    logRatio.load()
  }
  const weigh = (s: Float64Array): number => {
    if (prior.kind === "stochastic") prior.args(s, instances[0]!, args)
    const a = args[0]!
    const b = args[1]!
    if (!(a > 0 && b > 0)) return -Infinity
    let total = coordinates.logPrior(s) + m * a * Math.log(b) + logRatio.at(a)
    for (let j = 0; j < m; j++) total -= (a + shapes[j]!) * Math.log(b + rates[j]!)
    return Number.isNaN(total) ? -Infinity : total
  }
  const steps = bindMarginalSteps({
    dimension: phi.length,
    density(s, at) {
      coordinates.write(at, s)
      engine.compute(s, numberRuns, 0, numberRuns.relation.length)
      return weigh(s)
    },
    accept: () => undefined,
  })
  const keptAt = steps.memoryLength
  /** Whether the numbers of the state are those that the last step left. */
  const areKept = (s: Float64Array, memory: Float64Array): boolean => {
    for (let k = 0; k < numbers.slots.length; k++)
      if (s[numbers.slots[k]!] !== memory[keptAt + k]) return false
    return true
  }
  return {
    writes: Int32Array.from([...slots, ...numbers.slots]),
    memoryLength: keptAt + numbers.slots.length,
    step(s, memory, rng, phase) {
      if (!(isAlone && data.isSame(s))) load(s)
      if (!areKept(s, memory)) {
        coordinates.read(s, phi)
        steps.enter(memory, phi)
      }
      steps.run(s, memory, rng, phase, phi, weigh(s))
      coordinates.write(phi, s)
      for (let k = 0; k < numbers.slots.length; k++) memory[keptAt + k] = s[numbers.slots[k]!]!
      engine.compute(s, numberRuns, 0, numberRuns.relation.length)
      if (prior.kind === "stochastic") prior.args(s, instances[0]!, args)
      for (let j = 0; j < m; j++) {
        const rate = args[1]! + rates[j]!
        const x = drawGamma(rng, args[0]! + shapes[j]!) / rate
        if (!(x < Infinity)) throw noDraw(engine, slots[j]!)
        s[slots[j]!] = x
      }
      engine.compute(s, runs, 0, runs.relation.length)
    },
    logDensity: bindWeigh(match.weighed, engine),
  }
}

/** Whether the data that hang on the elements are as they were when it was last asked: others than those of the graph in simulations. */
function watchData({ elements }: CollapsedGammaMatch, { graph }: Engine) {
  const slots = Int32Array.from(
    elements.children.flatMap(({ relation }) => [...graph.relations[relation]!.writes]),
  )
  const values = new Float64Array(slots.length).fill(Number.NaN)
  return {
    isSame(s: Float64Array): boolean {
      let isSame = true
      for (let k = 0; k < slots.length; k++) {
        const value = s[slots[k]!]!
        if (value === values[k]) continue
        isSame = false
        values[k] = value
      }
      return isSame
    },
  }
}

/** Counts up to which Γ(a + S) / Γ(a) is a product of S factors. */
const MOST_FACTORS = 100
/** Products are taken to their logarithm beyond this. */
const LARGE = 1e150

/** Σ_j log Γ(a + S_j) − log Γ(a), in which whole S_j, of counts, share the factors a (a + 1) … (a + S − 1). */
function createGammaRatio(shapes: Float64Array) {
  const m = shapes.length
  const counts = new Float64Array(m)
  const others = new Float64Array(m)
  let whole = 0
  let rest = 0
  return {
    load(): void {
      whole = 0
      rest = 0
      for (let j = 0; j < m; j++) {
        const shape = shapes[j]!
        if (Number.isInteger(shape) && shape >= 0 && shape <= MOST_FACTORS) counts[whole++] = shape
        else others[rest++] = shape
      }
      counts.fill(Infinity, whole)
      counts.sort()
    },
    at(a: number): number {
      let total = 0
      let factor = 0
      for (let j = 0; j < whole; j++) {
        // Those from j on have the factors up to the count of j.
        let product = 1
        for (; factor < counts[j]!; factor++) {
          product *= a + factor
          if (product > LARGE) {
            total += (whole - j) * Math.log(product)
            product = 1
          }
        }
        if (product !== 1) total += (whole - j) * Math.log(product)
      }
      if (rest > 0) total -= rest * gammaln(a)
      for (let k = 0; k < rest; k++) total += gammaln(a + others[k]!)
      return total
    },
  }
}

const noDraw = ({ graph }: Engine, slot: number): NumericalError =>
  new NumericalError(`no draw of ${slotName(graph, slot)} from its gamma full conditional`, {
    code: "not-finite",
    where: slotName(graph, slot),
    hint: "give other initial values, or a proper prior",
  })
