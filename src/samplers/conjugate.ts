import type { FullConditional } from "./conditional.ts"
import { findConditional } from "./find-conditional.ts"
import { bindProgram } from "./kernel/bind.ts"
import { lowerProgram, type Program } from "./kernel/program.ts"
import type { Sampler } from "./sampler.ts"

interface LoweredConjugate {
  readonly name: string
  readonly program: Program
}

/** Draws a node from its exact full conditional, member by member: textbook single-site Gibbs. */
export const conjugate: Sampler<FullConditional, LoweredConjugate> = {
  name: "conjugate",
  match: (graph, target) => findConditional(graph, target),
  explain: (match) => ({
    conditional: match,
    density: null,
    because: match.contributions.map((contribution) => contribution.because),
  }),
  lower: (match, context) => ({
    name: match.target,
    program: lowerProgram(context, match.target, match.index, match.family, match.natural),
  }),
  bind: ({ name, program }, options) => bindProgram(name, program, options),
}
