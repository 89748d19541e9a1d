/** A chart as a file: SVG, PNG, a page, or its specification. */

import { writeFile } from "node:fs/promises"
import path from "node:path"
import { DataError, OptionError } from "../core/errors.ts"
import { renderPage } from "./render-page.ts"
import { renderPng } from "./render-png.ts"
import { renderSvg } from "./render-svg.ts"
import type { VegaLiteSpec } from "./spec.ts"

/** What a file of each extension holds. */
const writers: Readonly<Record<string, (spec: VegaLiteSpec) => Promise<string | Uint8Array>>> = {
  ".svg": renderSvg,
  ".png": renderPng,
  ".html": async (spec) => renderPage(spec),
  ".json": async (spec) => `${JSON.stringify(spec, null, 2)}\n`,
}

/** The extensions that `savePlot` knows. */
export const plotExtensions = Object.keys(writers)

/** @throws OptionError when the extension is none of them */
export function checkPlotFile(file: string): void {
  if (Object.hasOwn(writers, path.extname(file).toLowerCase())) return
  throw new OptionError(
    `found the extension "${path.extname(file)}", expected ${plotExtensions.join(", ")}`,
    {
      code: "unknown-format",
      where: file,
      hint: "end the name of the file in one of them",
    },
  )
}

/**
 * Writes a chart: `.svg`, `.png` (with the package @resvg/resvg-js), `.html` (a page that holds all it needs) or `.json`
 * (the Vega-Lite specification).
 * @throws OptionError for another extension, or a chart that Vega-Lite does not accept; DataError when the file cannot be
 *   written, or a PNG is wanted and its package is not installed
 */
export async function savePlot(spec: VegaLiteSpec, file: string): Promise<void> {
  checkPlotFile(file)
  const content = await writers[path.extname(file).toLowerCase()]!(spec)
  await writeFile(file, content).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DataError(`cannot write the chart: ${reason}`, {
      code: "unwritable",
      where: file,
      hint: "name a file in a folder that you may write to",
      cause,
    })
  })
}
