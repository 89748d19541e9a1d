/** What of a block's densities and of its deterministic nodes is about numbers that are integrated out, and what is not. */
import type { Instances } from "./block-density.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import type { TargetRuns } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import type { ScalarGroups } from "./scalar-groups.ts"

/** Densities of a block that are not those of the numbers and of their children. */
export function findOthers(
  { weighed }: CurvatureMatch,
  { relation, instances, children }: ScalarGroups,
): readonly Instances[] {
  const lists = new Map([[relation, new Set(instances)]])
  for (const child of children) lists.set(child.number, new Set(child.instances))
  return weighed.flatMap((one) => {
    const own = lists.get(one.relation)
    if (own === undefined) return [one]
    const left = one.instances.filter((i) => !own.has(i))
    return left.length === 0 ? [] : [{ relation: one.relation, instances: left }]
  })
}

/** Runs without the instances that write marked slots. */
export function leaveOut(runs: TargetRuns, marked: Uint8Array, { graph }: Engine): TargetRuns {
  const relation: number[] = []
  const from: number[] = []
  const to: number[] = []
  const instances: number[] = []
  for (let run = 0; run < runs.relation.length; run++) {
    const r = runs.relation[run]!
    const { writes, width } = graph.relations[r]!
    const before = instances.length
    for (let k = runs.from[run]!; k < runs.to[run]!; k++)
      if (marked[writes[runs.instances[k]! * width]!] === 0) instances.push(runs.instances[k]!)
    if (instances.length === before) continue
    relation.push(r)
    from.push(before)
    to.push(instances.length)
  }
  return {
    start: Int32Array.of(0, relation.length),
    relation: Int32Array.from(relation),
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    instances: Int32Array.from(instances),
  }
}
