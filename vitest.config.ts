import path from "node:path"
import { defineConfig } from "vitest/config"

export default defineConfig({
  // Examples import the package by its name; their test runs them from the source.
  resolve: { alias: { gibbsite: path.resolve(import.meta.dirname, "src/index.ts") } },
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/**/*.slow.test.ts"],
    testTimeout: 60_000,
    // Test files share modules that hold no state: loading them anew for each file would take half the time.
    isolate: false,
    maxWorkers: "100%",
  },
})
