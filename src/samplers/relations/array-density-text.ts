/**
 * Log densities of counts over categories (dcat, dmulti) as JavaScript inside loops over instances, that read probabilities
 * where they stand: a call with copies of value and arguments takes longer than the sum itself. Logarithms of probabilities
 * that all instances share are taken once, before the loop.
 */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import type { StochasticRelation } from "../../models/relations/relation-graph.ts"
import { isSameThroughout } from "./density-text.ts"
import { type Constants, createWriter, sizeOf } from "./emit.ts"

/** Expressions of an instance's values and weights by position, and the number of both. */
interface Parts {
  readonly value: (k: string) => string
  readonly weight: (k: string) => string
  /** Their logarithms where these are there already, all NaN where weights are no weights. */
  readonly logs: string | null
  readonly count: number
  /** The number of trials. */
  readonly size: string
}

/** `c`: the sum of the weights, NaN with a negative one. */
const sumWeights = ({ weight, count }: Pick<Parts, "weight" | "count">): string =>
  `let c = 0; for (let k = 0; k < ${count}; k++) { const w = ${weight("k")}; c += w >= 0 ? w : NaN; }`

/** Statements that define `value`, the density up to what hangs on the data alone where these are observed. */
const WRITTEN: Readonly<
  Record<string, { readonly ofDataOnly: boolean; readonly write: (parts: Parts) => readonly string[] }>
> = {
  dcat: {
    ofDataOnly: false,
    write: ({ value, weight, logs, count }) =>
      logs !== null
        ? [
            `const x = ${value("0")};`,
            `const value = x >= 1 && x <= ${count} && Math.floor(x) === x ? ${logs}[x - 1] : x === x && ${logs}[0] === ${logs}[0] ? -Infinity : NaN;`,
          ]
        : [
            `const x = ${value("0")};`,
            "let b = -1;",
            `let c = 0; for (let k = 0; k < ${count}; k++) { const w = ${weight("k")}; c += w >= 0 ? w : NaN; if (k + 1 === x) b = w; }`,
            "const value = c > 0 && c < Infinity ? (b >= 0 ? Math.log(b / c) : x === x ? -Infinity : NaN) : NaN;",
          ],
  },
  dmulti: {
    // Of what is drawn the coefficient counts as well.
    ofDataOnly: true,
    write: (parts) => {
      const { value, weight, logs, count, size } = parts
      const isKnown = logs === null ? "c > 0 && c < Infinity" : `${logs}[0] === ${logs}[0]`
      const log = logs === null ? `Math.log(${weight("k")} / c)` : `${logs}[k]`
      return [
        logs === null ? sumWeights(parts) : "",
        `let m = 0; let value = ${isKnown} ? 0 : NaN;`,
        `for (let k = 0; k < ${count}; k++) { const x = ${value("k")}; m += x; if (x !== 0) value += x > 0 && Math.floor(x) === x ? x * ${log} : x === x ? -Infinity : NaN; }`,
        `if (m !== ${size}) value = -Infinity;`,
      ]
    },
  },
}

export interface ArrayDensityText {
  /** Statements before the loop. */
  readonly head: readonly string[]
  /** Statements that define `value` for instance `i`. */
  readonly lines: readonly string[]
}

/**
 * @param prefix of names, so that several densities may stand in one loop
 * @returns null for distributions, and values, whose density is not written out here
 */
export function writeArrayDensity(
  relation: StochasticRelation,
  constants: Constants,
  prefix = "",
): ArrayDensityText | null {
  const found = WRITTEN[lookupBugsDistribution(relation.distribution).name]
  const [weights, size] = relation.args
  if (found === undefined || weights === undefined || relation.bounds !== null) return null
  if (found.ofDataOnly && !relation.observed) return null
  const writer = createWriter(relation, constants, "i", prefix)
  // Before the loop the first instance stands for all.
  const outer = createWriter(relation, constants, "list[0]", `${prefix}h`)
  const isShared = isSameThroughout(relation, weights)
  const count = sizeOf(relation, weights)
  const weight = (isShared ? outer : writer).items(weights)
  const logs = isShared ? outer.buffer(count) : null
  const slot = writer.slots(relation.writes, relation.width)
  const trials = size === undefined ? "" : writer.scalar(size)
  const lines = found.write({ value: (k) => `s[${slot(k)}]`, weight, logs, count, size: trials })
  const takeLogs =
    logs === null
      ? []
      : [
          `{ ${sumWeights({ weight, count })}`,
          `for (let k = 0; k < ${count}; k++) ${logs}[k] = c > 0 && c < Infinity ? Math.log(${weight("k")} / c) : NaN; }`,
        ]
  return {
    head: [...outer.lines, ...takeLogs],
    lines: [...writer.lines, ...lines],
  }
}
