import { OptionError } from "../core/errors.ts"
import type { VegaLiteSpec } from "./spec.ts"

/**
 * A chart as SVG text, drawn without a browser. Vega is loaded on the first call, so that a program that draws nothing
 * does not pay for it. Text widths are estimated where no canvas is installed; labels may sit a pixel or two off.
 *
 * @throws OptionError when Vega-Lite does not accept the chart
 */
export async function renderSvg(spec: VegaLiteSpec): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")])
  const logger = vega.logger(vega.Error)
  let runtime: ReturnType<typeof vega.parse>
  try {
    // Vega marks every row it reads with a key of its own: it gets a copy, so that the chart stays as it was.
    runtime = vega.parse(compile(structuredClone(spec), { logger }).spec)
  } catch (cause) {
    throw new OptionError(`Vega-Lite does not accept the chart: ${messageOf(cause)}`, {
      code: "invalid-chart",
      where: "renderSvg",
      hint: "pass a specification as the functions in plots return it",
      cause,
    })
  }
  const view = new vega.View(runtime, { renderer: "none", logger })
  try {
    return await view.toSVG()
  } finally {
    view.finalize()
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
