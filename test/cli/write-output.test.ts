import { mkdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { checkFolder, writeFolder } from "../../src/cli/write-output.ts"
import { captureIo, listing, temporaryFolder } from "./run-main.ts"

function* failing(): Generator<string> {
  yield "half"
  throw new Error("the disk is gone")
}

describe("a folder of results", () => {
  it("is made with the folders above it", async () => {
    const folder = temporaryFolder()
    await writeFolder("--out", path.join(folder, "a/b/c"), { "x.txt": "x", "y.txt": ["y", "z"] }, captureIo())
    expect(listing(folder)).toEqual(["a", "a/b", "a/b/c", "a/b/c/x.txt", "a/b/c/y.txt"])
    expect(readFileSync(path.join(folder, "a/b/c/y.txt"), "utf8")).toBe("yz")
  })

  it("is not there at all when writing fails", async () => {
    const folder = temporaryFolder()
    const writing = writeFolder(
      "--out",
      path.join(folder, "a/b"),
      { "x.txt": "x", "y.txt": failing() },
      captureIo(),
    )
    await expect(writing).rejects.toThrow('cannot write to "')
    expect(listing(folder)).toEqual([])
  })

  it("is as before when writing into it fails", async () => {
    const folder = temporaryFolder({ "x.txt": "old", "other.txt": "other" })
    await expect(
      writeFolder("--out", folder, { "x.txt": "new", "y.txt": failing() }, captureIo()),
    ).rejects.toThrow("the disk is gone")
    expect(listing(folder)).toEqual(["other.txt", "x.txt"])
    expect(readFileSync(path.join(folder, "x.txt"), "utf8")).toBe("old")
  })

  it("leaves nothing behind when Ctrl-C comes while it is written", async () => {
    const folder = temporaryFolder()
    let press = () => {}
    const exits: number[] = []
    const io = {
      ...captureIo(),
      onInterrupt: (handler: () => void) => {
        press = handler
        return () => undefined
      },
      exit: (status: number) => {
        exits.push(status)
        // What the process would do: nothing more.
        expect(listing(folder)).toEqual([])
      },
    }
    function* interrupted(): Generator<string> {
      yield "half"
      press()
      throw new Error("not reached in a process that has ended")
    }
    await expect(
      writeFolder("--out", path.join(folder, "a/b"), { "x.txt": interrupted() }, io),
    ).rejects.toThrow()
    expect(exits).toEqual([130])
    expect(listing(folder)).toEqual([])
  })

  it("is tried beforehand without a trace", () => {
    const folder = temporaryFolder()
    mkdirSync(path.join(folder, "there"))
    checkFolder("--out", path.join(folder, "there"))
    checkFolder("--out", path.join(folder, "not/yet/there"))
    expect(listing(folder)).toEqual(["there"])
  })
})
