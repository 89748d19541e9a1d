import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { checkLayers } from "../../scripts/check-layers.js"

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** A project with these files below `src`, and layers a = 0, b = 1, c = 1. */
function project(files: Record<string, string>): string {
  const root = mkdtempSync(path.join(tmpdir(), "layers-"))
  roots.push(root)
  writeFileSync(path.join(root, "layers.json"), JSON.stringify({ a: 0, b: 1, c: 1 }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, "src", file)), { recursive: true })
    writeFileSync(path.join(root, "src", file), text)
  }
  return root
}

describe("layers", () => {
  it("hold in this project", () => {
    expect(checkLayers(path.resolve(import.meta.dirname, "../.."))).toEqual([])
  })
  it("allow downward imports and those of one's own folder", () => {
    expect(
      checkLayers(project({ "a/x.ts": "", "b/y.ts": 'import "../a/x.ts"\nimport "./z.ts"', "b/z.ts": "" })),
    ).toEqual([])
  })
  it("refuse upward, sideways and type-only ones", () => {
    const upward = project({ "a/x.ts": 'import type { Y } from "../b/y.ts"', "b/y.ts": "" })
    expect(checkLayers(upward)).toEqual(["src/a/x.ts (layer 0) imports src/b/y.ts (layer 1)"])
    expect(checkLayers(project({ "b/y.ts": 'export * from "../c/z.ts"', "c/z.ts": "" }))).toHaveLength(1)
    expect(checkLayers(project({ "a/x.ts": 'await import("../b/y.ts")', "b/y.ts": "" }))).toHaveLength(1)
  })
  it("refuse cycles, folders without a number and imports of nothing", () => {
    const cycle = project({ "a/x.ts": 'import "./y.ts"', "a/y.ts": 'import "./x.ts"' })
    expect(checkLayers(cycle)).toEqual(["cycle: src/a/x.ts -> src/a/y.ts -> src/a/x.ts"])
    expect(checkLayers(project({ "d/x.ts": "" }))).toEqual(['src/d/x.ts: folder "d" is not in layers.json'])
    expect(checkLayers(project({ "a/x.ts": 'import "./gone.ts"' }))[0]).toContain("does not exist")
  })
})
