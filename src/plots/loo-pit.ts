import { measure } from "./channels.ts"
import { uniformEnvelope } from "./ecdf-envelope.ts"
import {
  type ChartOptions,
  composeSpec,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

/** The distribution of probability integral transforms less that of uniform values, with its simultaneous envelope. */
export interface PitData {
  readonly values: number
  readonly at: readonly number[]
  readonly difference: readonly number[]
  readonly lower: readonly number[]
  readonly upper: readonly number[]
}

/**
 * Säilynoja, Bürkner & Vehtari (2022), Statistics and Computing 32, 32, section 2; of leave-one-out values they are not
 * quite independent, and the envelope is that of independent ones.
 * @param pit in [0, 1], unchanged; values that are not finite are left out
 */
export function pitData(pit: Float64Array): PitData {
  const sorted = pit.filter(Number.isFinite).sort()
  const n = sorted.length
  if (n === 0) return { values: 0, at: [], difference: [], lower: [], upper: [] }
  const envelope = uniformEnvelope(n)
  const at = [0, ...envelope.at, 1]
  let k = 0
  const ecdf = at.map((z) => {
    while (k < n && sorted[k]! <= z) k++
    return z === 0 ? 0 : k / n
  })
  const less = (values: Float64Array) => [0, ...Array.from(values, (value, i) => value - envelope.at[i]!), 0]
  return {
    values: n,
    at,
    difference: ecdf.map((value, i) => value - at[i]!),
    lower: less(envelope.lower),
    upper: less(envelope.upper),
  }
}

/** A curve inside the envelope: the model's predictions are as sure as they should be. */
export function looPitSpec(data: PitData, options: ChartOptions = {}): VegaLiteSpec {
  const x = measure("pit", "LOO-PIT", { grid: false, domain: [0, 1] })
  const title = "ECDF − uniform"
  const rows = data.at.map((z, i) => ({
    pit: shorten(z),
    difference: shorten(data.difference[i]),
    lower: shorten(data.lower[i]),
    upper: shorten(data.upper[i]),
  }))
  const panel = {
    ...panelTitle(
      "Leave-one-out calibration",
      "observations within their predictions; shaded: 95 % of models that fit",
      options,
    ),
    width: options.width ?? 560,
    height: options.height ?? 200,
    data: nameRows("pit", 0, rows),
    layer: [
      {
        mark: { type: "area" as const, opacity: 0.18, color: themeOf(options).muted },
        encoding: { x, y: measure("lower", title), y2: { field: "upper" } },
      },
      {
        mark: { type: "line" as const, interpolate: "step-after" as const, color: seriesColor(options, 0) },
        encoding: { x, y: measure("difference", title) },
      },
    ],
  }
  return composeSpec([panel], options)
}

/** The ECDF of LOO-PIT values with its envelope; the `ppc_loo_pit_ecdf` of bayesplot, as differences. */
export function plotLooPit(pit: Float64Array, options: ChartOptions = {}): VegaLiteSpec {
  return looPitSpec(pitData(pit), options)
}
