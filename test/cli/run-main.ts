/** Runs the command line in this process, with everything it writes caught. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { Writable } from "node:stream"
import { onTestFinished } from "vitest"
import type { Io } from "../../src/cli/io.ts"
import { main } from "../../src/cli/main.ts"

export interface Run {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  /** Statuses with which the process would have been ended at once. */
  readonly exits: readonly number[]
}

export interface Terminal {
  /** Of both streams; without it they are no terminals. */
  readonly columns?: number
  readonly env?: Io["env"]
  /** Called with each write to standard error, and a function that presses Ctrl-C. */
  readonly onStderr?: (text: string, pressCtrlC: () => void) => void
}

class Capture extends Writable {
  text = ""
  readonly isTTY: boolean
  readonly columns: number
  private readonly seen: (text: string) => void

  constructor(columns: number | undefined, seen: (text: string) => void) {
    super()
    this.isTTY = columns !== undefined
    this.columns = columns ?? 80
    this.seen = seen
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    this.seen(chunk.toString())
    done()
  }
}

export async function run(argv: readonly string[], terminal: Terminal = {}): Promise<Run> {
  const handlers = new Set<() => void>()
  const exits: number[] = []
  const pressCtrlC = () => {
    for (const handler of [...handlers]) handler()
  }
  const stdout = new Capture(terminal.columns, () => undefined)
  const stderr = new Capture(terminal.columns, (text) => terminal.onStderr?.(text, pressCtrlC))
  const io: Io = {
    stdout,
    stderr,
    env: terminal.env ?? {},
    onInterrupt(handler) {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
    exit: (status) => void exits.push(status),
  }
  const status = await main(argv, io)
  return { status, stdout: stdout.text, stderr: stderr.text, exits }
}

/** Streams that keep what is written, for functions that print; a terminal with `columns`, else a pipe. */
export const captureIo = (columns?: number): Io => ({
  stdout: new Capture(columns, () => undefined),
  stderr: new Capture(columns, () => undefined),
  env: { NO_COLOR: "1" },
  onInterrupt: () => () => undefined,
  exit: () => undefined,
})

/** A folder that goes when the test ends, with files in it. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-test-"))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  return folder
}

/** Every file and folder below, hidden ones too, sorted. */
export const listing = (folder: string): string[] =>
  readdirSync(folder, { recursive: true }).map(String).sort()
