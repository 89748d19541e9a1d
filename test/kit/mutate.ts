/** Kernels that are deliberately wrong: a test that lets one of these pass tests nothing. */
import { add, multiply, number } from "../../src/models/expression.ts"
import type { Program } from "../../src/samplers/kernel/program.ts"
import { bindLowered, type LoweredBlock } from "../../src/samplers/registry.ts"
import type { Kernel } from "../../src/samplers/sampler.ts"

export interface Mutation {
  readonly name: string
  readonly family: Program["family"]
  /** The natural parameters in the order of `draw.ts`, one of them wrong. */
  readonly outputs: (outputs: Program["outputs"], q: number) => Program["outputs"]
}

const change =
  (k: number, f: (e: Program["outputs"][number]) => Program["outputs"][number]) =>
  (outputs: Program["outputs"]) =>
    outputs.map((e, i) => (i === k ? f(e) : e))

const scaled = (by: number) => (e: Program["outputs"][number]) => multiply(number(by), e)
const shifted = (by: number) => (e: Program["outputs"][number]) => add(e, number(by))

/** The slips one makes when deriving by hand: a missing half, one count too many, a scale for a rate. */
export const MUTATIONS: readonly Mutation[] = [
  { name: "shape + 1/2", family: "inverseGamma", outputs: change(0, shifted(0.5)) },
  { name: "scale without its half", family: "inverseGamma", outputs: change(1, scaled(2)) },
  { name: "twice the precision", family: "normal", outputs: change(0, scaled(2)) },
  { name: "shift too small by a quarter", family: "normal", outputs: change(1, scaled(0.75)) },
  {
    name: "twice the precision matrix",
    family: "multivariateNormal",
    outputs: (outputs, q) => outputs.map((e, i) => (i < q * q ? scaled(2)(e) : e)),
  },
  {
    name: "degrees of freedom + 1",
    family: "inverseWishart",
    outputs: (outputs, q) => change(q * q, shifted(1))(outputs),
  },
  {
    name: "twice the scale matrix",
    family: "inverseWishart",
    outputs: (outputs, q) => outputs.map((e, i) => (i < q * q ? scaled(2)(e) : e)),
  },
]

/** The program of a lowered block: full conditional of a conjugate one, likelihood of a slice. */
export function anyProgramOf({ data }: LoweredBlock): Program {
  if (typeof data === "object" && data !== null && "program" in data) return data.program as Program
  throw new Error("the block has no program")
}

/** The kernel of a block with a mutation; undefined when the mutation is about another family. */
export function bindMutant(block: LoweredBlock, mutation: Mutation): Kernel | undefined {
  const { sampler, data } = block
  if (typeof data !== "object" || data === null || !("program" in data)) return undefined
  const program = anyProgramOf(block)
  if (program.family !== mutation.family) return undefined
  const outputs = mutation.outputs(program.outputs, program.target.q)
  return bindLowered({ sampler, data: { ...data, program: { ...program, outputs } } })
}

/** A kernel whose draws come out too large by a factor: for samplers that have no program to change. */
export const inflate = (kernel: Kernel, factor: number): Kernel => ({
  writes: kernel.writes,
  memoryLength: kernel.memoryLength,
  step(state, memory, rng, phase) {
    kernel.step(state, memory, rng, phase)
    for (const slot of kernel.writes) state[slot]! *= factor
  },
})
