import { DataError } from "../core/errors.ts"
import { renderSvg } from "./render-svg.ts"
import type { VegaLiteSpec } from "./spec.ts"

/**
 * A chart as a PNG picture, by the optional package @resvg/resvg-js, with the fonts of the system.
 *
 * @param scale pixels of the picture for each of the chart
 * @throws DataError when the package is not installed; OptionError when Vega-Lite does not accept the chart
 */
export async function renderPng(spec: VegaLiteSpec, scale = 2): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js").catch((cause: unknown) => {
    throw new DataError("PNG pictures need the package @resvg/resvg-js, which is not installed", {
      code: "missing-package",
      where: "renderPng",
      hint: "npm install @resvg/resvg-js@2.6.2, or save the chart as .svg",
      cause,
    })
  })
  const picture = new Resvg(await renderSvg(spec), {
    fitTo: { mode: "zoom", value: scale },
    // The chart names the fonts of the reader's system; where none of them is there, any without serifs will do.
    font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" },
  })
  return picture.render().asPng()
}
