/** Files that appear whole or not at all. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from "node:fs"
import { rename, writeFile } from "node:fs/promises"
import path from "node:path"
import { DataError } from "../core/errors.ts"
import { EXIT, type Io } from "./io.ts"

/** What the system says when a place cannot be written to, in words, and what to do about it. */
const REASONS: Readonly<Record<string, readonly [found: string, remedy: string]>> = {
  ENOENT: ["its folder does not exist", "create the folder first, or name another place"],
  ENOTDIR: ["a part of the path is a file, expected folders", "name another place"],
  EEXIST: ["there is a file of that name, expected a folder", "name another folder"],
  EISDIR: ["it is a folder, expected a file", "name a file in it"],
  EACCES: ["permission denied", "name a place that you may write to"],
  EPERM: ["permission denied", "name a place that you may write to"],
  EROFS: ["the file system is read-only", "name a place elsewhere"],
  ENOSPC: ["no space is left", "free some space, or name a place on another disk"],
  ENAMETOOLONG: ["the name is too long", "choose a shorter name"],
}

/**
 * Checks, before anything is computed, that a folder of results can be written: tries it where the folder is or would
 * be, and leaves nothing behind.
 * @throws DataError
 */
export function checkFolder(option: string, folder: string): void {
  attempt(option, folder, () => {
    let existing = path.resolve(folder)
    while (statSync(existing, { throwIfNoEntry: false }) === undefined) existing = path.dirname(existing)
    if (!statSync(existing).isDirectory())
      throw systemError(existing === path.resolve(folder) ? "EEXIST" : "ENOTDIR")
    try {
      rmdirSync(mkdtempSync(path.join(existing, ".gibbsite-")))
    } catch (cause) {
      // The folder is there: what is missing is a file system that makes folders in it, as below /proc.
      throw hasCode(cause, "ENOENT") ? systemError("EROFS") : cause
    }
  })
}

/** The same for a file, whose folder must exist. @throws DataError */
export function checkFile(option: string, file: string): void {
  attempt(option, file, () => {
    const folder = path.dirname(path.resolve(file))
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) throw systemError("EISDIR")
    if (!statSync(folder).isDirectory()) throw systemError("ENOTDIR")
    rmdirSync(mkdtempSync(path.join(folder, ".gibbsite-")))
  })
}

/**
 * Writes files into a folder, which is made if need be; others in it stay. They are written elsewhere first and then
 * take their names, a new folder all at once, so that an interrupted write leaves nothing half-written.
 * @param files by name: the bytes, the text, or its pieces in order
 * @throws DataError when that fails; what was made is removed
 */
export async function writeFolder(
  option: string,
  folder: string,
  files: Readonly<Record<string, string | Uint8Array | Iterable<string>>>,
  io: Io,
): Promise<void> {
  const target = path.resolve(folder)
  const isNew = statSync(target, { throwIfNoEntry: false }) === undefined
  const parent = isNew ? path.dirname(target) : target
  let firstMade: string | undefined
  let temporary: string | undefined
  const discard = () => {
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true })
    removeEmpty(parent, firstMade)
  }
  const release = io.onInterrupt(() => {
    discard()
    io.exit(EXIT.interrupted)
  })
  try {
    firstMade = mkdirSync(parent, { recursive: true })
    temporary = mkdtempSync(path.join(parent, ".gibbsite-"))
    // A temporary folder is private; what it becomes is as open as any folder the user makes.
    chmodSync(temporary, 0o777 & ~process.umask())
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(temporary, name), content)
    if (isNew) await rename(temporary, target)
    else {
      for (const name of Object.keys(files)) await rename(path.join(temporary, name), path.join(target, name))
      rmdirSync(temporary)
    }
  } catch (cause) {
    discard()
    throw unwritable(option, folder, cause)
  } finally {
    release()
  }
}

/** Removes the folders from `innermost` out to `outermost`, as far as they are empty. */
function removeEmpty(innermost: string, outermost: string | undefined): void {
  if (outermost === undefined || !existsSync(innermost)) return
  for (let folder = innermost; folder.startsWith(outermost); folder = path.dirname(folder)) {
    if (readdirSync(folder).length > 0) return
    rmdirSync(folder)
  }
}

function attempt(option: string, place: string, action: () => void): void {
  try {
    action()
  } catch (cause) {
    throw unwritable(option, place, cause)
  }
}

/** Stands in for the system's own error, by its code. */
const systemError = (code: string): DataError => new DataError(code, { code })

const hasCode = (cause: unknown, code: string): boolean =>
  cause instanceof Error && "code" in cause && cause.code === code

function unwritable(option: string, place: string, cause: unknown): DataError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause)
  const [found, remedy] = REASONS[code] ?? [code, "name another place"]
  return new DataError(`cannot write to "${place}": ${found}`, {
    code: "unwritable",
    where: option,
    hint: remedy,
    cause,
  })
}
