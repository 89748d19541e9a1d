import { describe, expect, it } from "vitest"
import {
  checkOptionNames,
  DataError,
  InternalError,
  ModelSyntaxError,
  nearest,
  showSpan,
  suggest,
} from "../../src/core/errors.ts"

describe("errors", () => {
  it("say where, what and the remedy on one line", () => {
    const error = new DataError("3 fields, expected 4", {
      code: "ragged",
      where: "a.csv, line 7",
      hint: "add one",
    })
    expect(error.oneLine()).toBe("a.csv, line 7: 3 fields, expected 4; add one")
    expect(error.name).toBe("DataError")
    expect(new InternalError("x").hint).toContain("report it")
  })

  it("keep the span and the cause", () => {
    const span = { text: "y ~ ", start: 4, end: 5 }
    const cause = new Error("inner")
    const error = new ModelSyntaxError("expected a term", { code: "syntax", span, cause })
    expect(error.span).toEqual(span)
    expect(error.cause).toBe(cause)
  })
})

describe("showSpan", () => {
  it("puts carets under the place", () => {
    expect(showSpan({ text: "y ~ floot", start: 4, end: 9 })).toBe("y ~ floot\n    ^^^^^")
  })
  it("shows the line of the place, and one caret past the end", () => {
    expect(showSpan({ text: "a\nbc (d", start: 7, end: 8 })).toBe("bc (d\n     ^")
  })
  it("works at a line break and in an empty text", () => {
    expect(showSpan({ text: "\n", start: 0, end: 1 })).toBe("\n^")
    expect(showSpan({ text: "", start: 0, end: 0 })).toBe("\n^")
    expect(showSpan({ text: "ab\ncd", start: 2, end: 3 })).toBe("ab\n  ^")
  })
})

describe("suggestions", () => {
  it("find a slip of one letter, a swap and another case", () => {
    expect(nearest("flor", ["county", "floor"])).toBe("floor")
    expect(nearest("plup", ["pulp", "oats"])).toBe("pulp")
    expect(nearest("Floor", ["floor"])).toBe("floor")
  })
  it("list what there is when nothing is near", () => {
    expect(suggest("x", ["county", "floor"])).toBe("expected one of county, floor")
    expect(suggest("flor", ["county", "floor"])).toBe('did you mean "floor"?')
    expect(suggest("x", [])).toBe("there are none")
  })
})

describe("checkOptionNames", () => {
  it("names the option that was probably meant", () => {
    const refused = () => checkOptionNames("sample", { seeed: 1 }, ["seed", "chains"])
    expect(refused).toThrow('no option is called "seeed"')
    expect(() => checkOptionNames("sample", { seed: 1 }, ["seed"])).not.toThrow()
  })
})
