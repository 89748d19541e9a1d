/**
 * Collapsed Gibbs for Gaussian hierarchical models: the spreads are drawn from their marginal posterior, coefficients
 * and effects integrated out, then coefficients and effects exactly and jointly given the spreads.
 *
 * The spreads move by an independence Metropolis–Hastings step from a multivariate t fitted at the mode (and again to
 * the draws of warm-up), mixed with random-walk steps so that a heavy tail or a boundary is no trap. Sources: van Dyk &
 * Park (2008), JASA 103, on collapsing; Tierney (1994), Annals of Statistics 22, section 2.4, on mixing the two kernels.
 */
import { NumericalError } from "../../core/errors.ts"
import { cholesky } from "../../math/small-dense.ts"
import { drawNormal } from "../../random/normal.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import type { LoweringContext } from "../kernel/program.ts"
import type { Kernel } from "../sampler.ts"
import { drawCoefficients } from "./factorisation.ts"
import { findGaussianModel, type GaussianModel, otherNodes } from "./gaussian-model.ts"
import { bindMarginal, type MarginalData } from "./marginal.ts"
import { drawProposal, fitAtMode, logProposal, type Proposal } from "./proposal.ts"
import {
  coordinatesOf,
  insideSupport,
  readCoordinates,
  type SpreadPrior,
  spreadPrior,
  writeState,
} from "./spread-space.ts"
import { reduceRows } from "./statistics.ts"

export interface CollapsedMatch {
  readonly model: GaussianModel
  readonly priors: readonly (SpreadPrior | null)[]
}

export interface LoweredCollapsed extends MarginalData {
  readonly proposal: Proposal
}

/** Takes a whole model: every latent node is a coefficient, an effect or the spread of some. */
export function matchCollapsed(context: LoweringContext): CollapsedMatch | Refusal {
  const model = findGaussianModel(context)
  if (isRefusal(model)) return model
  const [other] = otherNodes(context.graph, model)
  if (other !== undefined)
    return refusal("other-node", `${other} is neither a coefficient nor an effect nor a spread`)
  const priors: (SpreadPrior | null)[] = []
  const nodes = new Set<string>()
  for (const spread of spreadsOf(model)) {
    const prior = spreadPrior(context.graph, spread)
    if (prior !== null && isRefusal(prior)) return prior
    if (spread.node !== null && nodes.has(spread.node))
      return refusal("shared-spread", `${spread.node} is shared`)
    if (spread.node !== null) nodes.add(spread.node)
    priors.push(prior)
  }
  return { model, priors }
}

const spreadsOf = (model: GaussianModel) => [...model.effects.map((e) => e.spread), model.residual]

/** Reduces the rows and fits the proposal; both are the same for every chain. */
export function lowerCollapsed({ model, priors }: CollapsedMatch): LoweredCollapsed {
  const data: MarginalData = {
    statistics: reduceRows(model),
    coefficients: model.coefficients,
    spreads: spreadsOf(model),
    priors,
  }
  const marginal = bindMarginal(data)
  const proposal = fitAtMode(marginal.logDensity, startingPoint(data, marginal.dimension))
  return { ...data, proposal }
}

/** All sds at that of the residuals from the coefficients alone, or where their priors allow them. */
function startingPoint(data: MarginalData, dimension: number): Float64Array {
  const phi = new Float64Array(dimension)
  const { squares, rows } = data.statistics
  const logSd = 0.5 * Math.log(Math.max(squares / rows, 1e-300))
  let at = 0
  data.spreads.forEach((spread, k) => {
    const prior = data.priors[k]!
    if (prior === null) return
    phi.fill(insideSupport(spread, prior, logSd), at, at + spread.q)
    at += coordinatesOf(spread)
  })
  return phi
}

/** A random-walk step is tried beside the independence step once in so many sweeps. */
const WALK_EVERY = 4
/** Kept sweeps of warm-up after which the proposal is fitted again; none when warm-up is shorter. */
const REFITS = [200, 400, 800, 1600]
/** Share of a stretch's sweeps that must have moved for it to be used. */
const MOVED = 0.3
/** Draws are a sample: the fitted scale is widened a little. */
const WIDEN = 1.1

/**
 * memory = [have φ, log density, warm-up sweeps, moves, φ (d), sum of φ (d), sum of φφ' (d²), centre (d), factor (d²)].
 * Acceptance statistics are not part of the state: they change nothing.
 */
export function bindCollapsed(data: LoweredCollapsed): Kernel {
  // Two sets of arrays: the factorisation at the current φ survives a proposal that is refused.
  let current = bindMarginal(data)
  let other = bindMarginal(data)
  const { dimension: d, spreads, first } = current
  const at = { phi: 4, sum: 4 + d, products: 4 + 2 * d, centre: 4 + 2 * d + d * d, factor: 4 + 3 * d + d * d }
  const proposed = new Float64Array(d)
  const z = new Float64Array(d)
  const scratch = new Float64Array(Math.max(...spreads.map(({ q }) => q * q)))
  const { statistics } = data
  let seen: Float64Array | null = null
  let phi: Float64Array = z
  let proposal: Proposal = data.proposal
  const spreadSlots = spreads.flatMap(({ kind, slot, q }) =>
    kind === "known" ? [] : Array.from({ length: q * q }, (_, k) => slot + k),
  )

  return {
    writes: Int32Array.from([...spreadSlots, ...statistics.restSlots, ...statistics.ownSlots]),
    memoryLength: at.factor + d * d,
    step(state, memory, rng, phase) {
      const resumed = memory !== seen
      if (resumed) {
        // Views are made once for a chain, not at every sweep.
        seen = memory
        phi = memory.subarray(at.phi, at.phi + d)
        proposal = {
          centre: memory.subarray(at.centre, at.centre + d),
          factor: memory.subarray(at.factor, at.factor + d * d),
        }
      }
      if (memory[0] === 0) {
        spreads.forEach((spread, k) => {
          readCoordinates(spread, state, phi, first[k]!, scratch)
        })
        proposal.centre.set(data.proposal.centre)
        proposal.factor.set(data.proposal.factor)
        memory[1] = current.logDensity(phi)
        memory[0] = 1
        if (!Number.isFinite(memory[1])) throw startFailure(memory[1]!)
      } else if (resumed) current.logDensity(phi)

      if (d > 0) {
        const before = logProposal(proposal, phi, z)
        drawProposal(proposal, rng, proposed, z)
        const density = other.logDensity(proposed)
        const ratio = density - memory[1]! + before - logProposal(proposal, proposed, z)
        let moved = Math.log(rng.uniform()) < ratio
        if (moved) accept(memory, density)
        if (rng.uniform() * WALK_EVERY < 1) {
          // Roberts & Rosenthal (2001): 2.38/√d times the scale of the target.
          const scale = 2.38 / Math.sqrt(d)
          for (let i = 0; i < d; i++) z[i] = scale * drawNormal(rng)
          for (let i = 0; i < d; i++) {
            let value = phi[i]!
            for (let j = 0; j <= i; j++) value += proposal.factor[i * d + j]! * z[j]!
            proposed[i] = value
          }
          const walked = other.logDensity(proposed)
          if (Math.log(rng.uniform()) < walked - memory[1]!) {
            accept(memory, walked)
            moved = true
          }
        }
        if (moved) memory[3]! += 1
      }
      for (let k = 0; k < spreads.length; k++) writeState(spreads[k]!, phi, first[k]!, state, scratch)
      drawCoefficients(current.factorisation, state, rng)
      if (phase === "warmup") adapt(memory)
    },
  }

  /** Moves φ to the proposal, whose factorisation becomes the current one. */
  function accept(memory: Float64Array, density: number): void {
    phi.set(proposed)
    memory[1] = density
    const before = current
    current = other
    other = before
  }

  /** Gathers moments of φ and refits the proposal to those of the last stretch of warm-up. */
  function adapt(memory: Float64Array): void {
    const sum = memory.subarray(at.sum, at.sum + d)
    const products = memory.subarray(at.products, at.products + d * d)
    memory[2]! += 1
    for (let i = 0; i < d; i++) {
      sum[i]! += phi[i]!
      for (let j = 0; j < d; j++) products[i * d + j]! += phi[i]! * phi[j]!
    }
    const count = memory[2]!
    const stage = REFITS.indexOf(count)
    if (stage === -1) return
    const length = count - (stage === 0 ? 0 : REFITS[stage - 1]!)
    const covariance = products.map((value, k) => {
      const [i, j] = [Math.floor(k / d), k % d]
      return (WIDEN * (value - (sum[i]! * sum[j]!) / length)) / (length - 1)
    })
    // A stretch in which the chain hardly moved says nothing about the scale.
    if (memory[3]! > MOVED * length && cholesky(covariance, 0, d)) {
      for (let i = 0; i < d; i++) proposal.centre[i] = sum[i]! / length
      proposal.factor.set(covariance)
    }
    memory[3] = 0
    sum.fill(0)
    products.fill(0)
  }
}

const startFailure = (value: number): NumericalError =>
  new NumericalError(`the marginal density of the spreads is ${value} at the initial values`, {
    code: "not-finite",
    hint: "state priors whose supports overlap, or use --method gibbs",
  })
