/** Small mixed designs of every shape the elimination distinguishes, with scattered data. */

import type { Design } from "../../src/models/formula/design.ts"
import { handMadeDesign, scatter, scatterNormal } from "./hand-made-design.ts"

type Maker = (seed: number) => Design

/** Chain of one, chains with parents of several widths, crossed tails, bars sharing a factor, and mixtures. */
export const mixedDesigns: Readonly<Record<string, Maker>> = {
  "one factor, intercept": (seed) =>
    make(seed, 24, (row) => [{ group: "g", codes: row.mod(5), columns: row.one }]),
  "one factor, three columns": (seed) =>
    make(seed, 40, (row) => [{ group: "g", codes: row.mod(6), columns: { ...row.one, ...row.x, ...row.z } }]),
  "independent bars on one factor": (seed) =>
    make(seed, 36, (row) => [
      { group: "g", codes: row.mod(6), columns: row.one },
      { group: "g", codes: row.mod(6), columns: { ...row.x, ...row.z } },
    ]),
  "three levels nested, slopes at two": (seed) =>
    make(seed, 60, (row) => [
      { group: "a", codes: row.floor(24), columns: { ...row.one, ...row.x } },
      { group: "a:b", codes: row.floor(8), columns: row.one },
      { group: "a:b:c", codes: row.floor(3), columns: row.one },
    ]),
  "nested with vector child and vector parent": (seed) =>
    make(seed, 60, (row) => [
      { group: "a:b", codes: row.floor(6), columns: { ...row.one, ...row.x } },
      { group: "a", codes: row.floor(15), columns: { ...row.one, ...row.z } },
    ]),
  "crossed intercepts": (seed) =>
    make(seed, 48, (row) => [
      { group: "g", codes: row.mod(7), columns: row.one },
      { group: "h", codes: row.floor(9), columns: row.one },
    ]),
  "crossed vectors, one crossing thin": (seed) =>
    make(seed, 60, (row) => [
      { group: "g", codes: row.floor(7), columns: { ...row.one, ...row.x } },
      { group: "h", codes: row.mod(5), columns: { ...row.one, ...row.z } },
      { group: "k", codes: row.mod(3), columns: row.one },
    ]),
  "nested pair crossed with a vector": (seed) =>
    make(seed, 64, (row) => [
      { group: "a:b", codes: row.floor(5), columns: row.one },
      { group: "a", codes: row.floor(15), columns: { ...row.one, ...row.x } },
      { group: "h", codes: row.mod(4), columns: { ...row.one, ...row.z } },
    ]),
}

interface Rows {
  readonly mod: (levels: number) => number[]
  readonly floor: (size: number) => number[]
  readonly one: { readonly "(Intercept)": number[] }
  readonly x: { readonly x: number[] }
  readonly z: { readonly z: number[] }
}

type Bars = (rows: Rows) => Parameters<typeof handMadeDesign>[2]

function make(seed: number, n: number, bars: Bars): Design {
  const uniform = scatter(seed)
  const each = (value: (i: number) => number) => Array.from({ length: n }, (_, i) => value(i))
  const x = each(() => 3 + 2 * scatterNormal(uniform))
  const z = each(() => scatterNormal(uniform))
  const rows: Rows = {
    mod: (levels) => each((i) => i % levels),
    floor: (size) => each((i) => Math.floor(i / size)),
    one: { "(Intercept)": each(() => 1) },
    x: { x },
    z: { z },
  }
  const y = each((i) => 10 + 0.5 * x[i]! + scatterNormal(uniform))
  const specs = bars(rows)
  for (const { codes, columns } of specs) {
    // Every other design has effects that can be seen; in the rest covariance matrices come out singular.
    const size = seed % 2 === 0 ? 1.5 : 0.1
    for (const column of Object.values(columns)) {
      const effects = each(() => size * scatterNormal(uniform))
      for (let i = 0; i < n; i++) y[i] = y[i]! + effects[codes[i]!]! * column[i]!
    }
  }
  return handMadeDesign(y, { "(Intercept)": each(() => 1), x }, specs)
}
