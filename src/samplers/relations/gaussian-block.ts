/**
 * All normal elements that enter normal children linearly, drawn jointly given the rest: with residuals e = e₀ + G δ of a
 * move δ, δ ~ Normal(−Q⁻¹ Σ G' P e, Q⁻¹), Q = Σ G' P G, by one sparse Cholesky factorisation. Nested normals (`alpha[i]` with its
 * own normal mean) are in the block, which single-site samplers leave scalar.
 * Source: Rue & Held (2005), Gaussian Markov Random Fields, section 2.3; Rue (2001), JRSS B 63, algorithm 3.
 */
import { analyseSparse } from "../../math/sparse-cholesky.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { findDependents, type Network } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { type FactorPattern, findProducts } from "./factor-pattern.ts"
import { findFactors } from "./gaussian-factors.ts"
import { bindGaussianBlock, type GaussianMatch } from "./gaussian-kernel.ts"
import { isAffineIn } from "./linear.ts"
import { findReach, isNormal, isReachAffine, type Reach, reachedArguments, slotsOfAll } from "./linear-set.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Elements beyond which a block is not tried. */
const MOST_ELEMENTS = 20_000

export const gaussianBlock: RelationBlockSampler<GaussianMatch> = {
  name: "gaussian-block",
  describe: "joint exact draw of normal elements that enter normal children linearly",

  // Other blocks ask for the same before it is this one's turn.
  match(model, targets) {
    const before = answers.get(model.network)
    if (before !== undefined && areSame(before.targets, targets)) return before.answer
    const answer = matchBlocks(model, targets)
    answers.set(model.network, { targets: [...targets], answer })
    return answer
  },

  explain: ({ factors, relations }, { graph }) => {
    const names = relations.map((r) => headOf(graph.relations[r]!.text))
    const children = [...new Set(factors.groups.map(({ relation }) => relation))]
      .filter((r) => !relations.includes(r))
      .map((r) => headOf(graph.relations[r]!.text))
    return {
      formula: `(${names.join(", ")}) ~ MultivariateNormal(mean = Q^-1 b, covariance = Q^-1), Q and b summed over ${[...names, ...children].join(", ")}`,
      because: [
        `${factors.slots.length} normal element${factors.slots.length === 1 ? "" : "s"}; every child is normal with a mean linear in them`,
      ],
    }
  },

  bind: bindGaussianBlock,
}

type Answer = ReturnType<RelationBlockSampler<GaussianMatch>["match"]>

/** What was last said of a model's targets. */
const answers = new WeakMap<Network, { readonly targets: readonly Target[]; readonly answer: Answer }>()

const areSame = (a: readonly Target[], b: readonly Target[]): boolean =>
  a.length === b.length &&
  a.every(({ relation, instances }, k) => b[k]!.relation === relation && b[k]!.instances === instances)

function matchBlocks(model: RelationModel, targets: readonly Target[]): Answer {
  const { graph, network, engine } = model
  const single = targets.filter((target) => isCandidate(model, target) && isLinear(model, [target]))
  const blocks: { targets: readonly Target[]; match: GaussianMatch }[] = []
  let waiting = single
  while (waiting.length > 0) {
    // Each joins if the block stays linear; those that do not (factors of one product) make the next block.
    const block: Target[] = []
    for (const target of waiting)
      if (block.length === 0 || isLinear(model, [...block, target])) block.push(target)
    waiting = waiting.filter((target) => !block.includes(target))
    const slots = slotsOfAll(graph, block)
    if (slots.length > MOST_ELEMENTS) continue
    const factors = findFactors(network, engine, slots, findReach(network, block))
    blocks.push({
      targets: block,
      match: {
        factors,
        ...analyseFactors(factors),
        after: findDependents(network, [slots]),
        relations: block.map(({ relation }) => relation),
      },
    })
  }
  return {
    blocks,
    reason: "it is not normal, or does not enter only the means of normal children linearly",
  }
}

/** Whether a target may be in a block at all. */
export function isCandidate({ graph }: RelationModel, { relation }: Target): boolean {
  const one = relationOf(graph, relation)
  return one.bounds === null && (isNormal(one) || lookupBugsDistribution(one.distribution).name === "dflat")
}

/** Whether all children of the targets are normal with means affine in them and spreads free of them. */
export function isLinear({ graph, network }: RelationModel, targets: readonly Target[]): boolean {
  const reach = findReach(network, targets)
  if (!isReachAffine(reach)) return false
  return reach.children.every(({ relation }) => {
    const child = relationOf(graph, relation)
    if (!isNormal(child)) return false
    const reached = reachedArguments(child, reach)
    return reached.every((k) => k === 0) && isAffineArgument(child, reach)
  })
}

const isAffineArgument = (child: ReturnType<typeof relationOf>, { slots }: Reach): boolean =>
  isAffineIn(child, child.args[0]!, slots)

/** The pattern of Q, and where each product of slopes goes in it. */
export function analyseFactors({
  slots,
  groups,
}: {
  readonly slots: Int32Array
  readonly groups: readonly FactorPattern[]
}): Pick<GaussianMatch, "symbolic" | "pairs" | "diagonal"> {
  const n = slots.length
  const { columnPointers, rowIndices, pairs } = findProducts(groups, n)
  return {
    symbolic: analyseSparse(n, columnPointers, rowIndices),
    pairs,
    // The lowest row of a column is its diagonal.
    diagonal: columnPointers.slice(0, n),
  }
}
