/** How the package's programs are put together: see `build.js`. */
import path from "node:path"

const root = path.resolve(import.meta.dirname, "..")

/** Packages of many small files that every run needs: they are taken in. All others stay packages. */
const TAKEN_IN = /^(@stdlib\/|seedrandom$|acorn$)/

/** @param id what an import names */
const isPackage = (id) => /^[a-z@]/.test(id) && !path.isAbsolute(id) && !id.startsWith("@oxc-project/")

export const external = (id) => isPackage(id) && !TAKEN_IN.test(id)

/** Flat, and as deep as the sources: a file finds the data and the workers beside it by the same relative path. */
export const bundleOptions = {
  input: {
    index: path.join(root, "src/index.ts"),
    main: path.join(root, "src/cli/main.ts"),
    worker: path.join(root, "src/chains/worker.ts"),
    "bootstrap-worker": path.join(root, "src/frequentist/bootstrap-worker.ts"),
  },
  platform: "node",
  external,
  output: { dir: path.join(root, "dist/lib"), format: "esm", chunkFileNames: "[name].js" },
}
