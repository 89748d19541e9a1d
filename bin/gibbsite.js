#!/usr/bin/env node
import { existsSync } from "node:fs"

const program = new URL("../dist/lib/main.js", import.meta.url)
if (existsSync(program)) {
  const { main } = await import(program.href)
  process.exitCode = await main(process.argv.slice(2))
} else {
  console.error(
    'gibbsite: this checkout is not built: no dist/lib/main.js; run "npm install && npm run build"',
  )
  process.exitCode = 1
}
