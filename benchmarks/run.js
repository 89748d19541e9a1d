/** `npm run bench`: every benchmark side by side with its peer, on this machine, one after another. */
import { cpus } from "node:os"
import { benchmarkBugs } from "./bugs-effective-draws.js"
import { benchmarkDiagnostics } from "./diagnostics.js"
import { benchmarkEck } from "./eck-gibbs.js"
import { benchmarkEffectiveDraws } from "./effective-draws.js"
import { benchmarkInstEval } from "./insteval.js"
import { benchmarkReml } from "./reml.js"
import { benchmarkRows } from "./rows.js"

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "unknown processor"}\n`)
for (const benchmark of [
  benchmarkEck,
  benchmarkEffectiveDraws,
  () => benchmarkBugs(),
  benchmarkInstEval,
  benchmarkRows,
  benchmarkReml,
  benchmarkDiagnostics,
])
  console.log(`${await benchmark()}\n`)
