import { randomBytes } from "node:crypto"
import { rename, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { DataError } from "../core/errors.ts"
import { renderReport } from "./render-report.ts"
import type { ReportInput } from "./report-input.ts"

/** What the system says when a file cannot be written, in words, and what to do about it. */
const reasons: Readonly<Record<string, { readonly found: string; readonly remedy: string }>> = {
  ENOENT: { found: "its folder does not exist", remedy: "create the folder first, or name another file" },
  ENOTDIR: { found: "a part of the path is a file, not a folder", remedy: "name a file in a folder" },
  EISDIR: { found: "it is a folder", remedy: "name a file in it, such as report.html" },
  EACCES: { found: "permission denied", remedy: "name a file in a folder that you may write to" },
  EPERM: { found: "permission denied", remedy: "name a file in a folder that you may write to" },
  EROFS: { found: "the file system is read-only", remedy: "name a file elsewhere" },
  ENOSPC: { found: "no space is left", remedy: "free some space, or name a file on another disk" },
  ENAMETOOLONG: { found: "the name is too long", remedy: "choose a shorter name" },
}

/**
 * Renders the report and writes it to `file`, whole or not at all: the page goes to a temporary file in the same folder, which
 * then takes the name in one step. An older report under that name is replaced.
 *
 * @throws DataError (`unwritable`) when the file cannot be written; nothing is left behind then
 */
export async function writeReport(input: ReportInput, file: string): Promise<void> {
  const page = renderReport(input)
  const folder = path.dirname(path.resolve(file))
  const temporary = path.join(folder, `.report-${process.pid}-${randomBytes(6).toString("hex")}.tmp`)
  try {
    await writeFile(temporary, page, { flag: "wx" })
    await rename(temporary, path.resolve(file))
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unwritable(file, cause)
  }
}

function unwritable(file: string, cause: unknown): DataError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error"
  const known = reasons[code]
  return new DataError(`cannot write the report: ${known?.found ?? code}`, {
    code: "unwritable",
    where: file,
    hint: known?.remedy ?? "name another file",
    cause,
  })
}
