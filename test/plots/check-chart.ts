import { compile, type TopLevelSpec } from "vega-lite"
import { expect, it } from "vitest"
import { renderSvg } from "../../src/plots/render-svg.ts"
import type { VegaLiteSpec } from "../../src/plots/spec.ts"

/** What Vega-Lite says of a chart: nothing, when all is well. */
export function complaints(spec: VegaLiteSpec): readonly unknown[] {
  const said: unknown[] = []
  const note = (...words: readonly unknown[]) => {
    said.push(...words)
    return logger
  }
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger }
  compile(structuredClone(spec) as TopLevelSpec, { logger })
  return said
}

/** Marks of the data in a drawing: not those of axes and legends. */
export function countMarks(
  svg: string,
  kinds = "line mark|bar|point|rule mark|rect mark|circle|symbol mark|text mark|area mark",
): number {
  return [...svg.matchAll(new RegExp(`aria-roledescription="(?:${kinds})"`, "g"))].length
}

/** Tests that every chart compiles without a warning and draws marks at places that are numbers. */
export function itDraws(charts: Readonly<Record<string, VegaLiteSpec>>): void {
  for (const [name, spec] of Object.entries(charts)) {
    it(`${name}: Vega-Lite accepts it, and draws marks at places that are numbers`, async () => {
      expect(complaints(spec)).toEqual([])
      const svg = await renderSvg(spec)
      expect(svg.slice(0, 4)).toBe("<svg")
      const found = [...svg.matchAll(/NaN|undefined|Infinity/g)]
      expect(found.map(({ index }) => svg.slice(Math.max(0, index - 40), index + 30))).toEqual([])
      expect(countMarks(svg)).toBeGreaterThan(0)
    })
  }
}

/** Tests that the charts are those on record. */
export function itMatchesRecord(charts: Readonly<Record<string, VegaLiteSpec>>): void {
  for (const [name, spec] of Object.entries(charts)) {
    it(`${name}: the specification is the one on record`, async () => {
      await expect(`${JSON.stringify(spec, null, 2)}\n`).toMatchFileSnapshot(`golden/${name}.vl.golden`)
    })
  }
}
