/** Reads the text of a model in the BUGS language, in the dialect of JAGS, into its syntax tree. */

import type { BugsProgram, BugsStatement } from "./ast.ts"
import { type BugsToken, lexBugs } from "./lexer.ts"
import { expectClosing, parseExpression, spanOf } from "./parse-expression.ts"
import { parseBlock } from "./parse-statement.ts"
import { failAt, isOperator, peek, type TokenReader, take, takeOperator, unexpected } from "./token-reader.ts"

/** Whether ranges are read as JAGS reads them, `1:N - 1` as `(1:N) - 1`, or as WinBUGS does, `1:(N - 1)`. */
export type RangeReading = "jags" | "winbugs"

/**
 * Reads a whole model: `var` declarations and a `data { … }` block, both optional and in this order, then a
 * `model { … }` block.
 *
 * Semicolons are optional, `=` stands for `<-` and `**` for `^`, and the words of the language (`data`, `model`, `for`,
 * `in`, `T`, `I`) are names of variables wherever the text admits only one reading. Operators bind as in
 * `precedence.ts`. Names are not resolved here: whether a function or distribution exists and how many arguments it has
 * is the compiler's business.
 *
 * @param source the text
 * @param name what messages call it, usually its file
 * @param ranges how tightly `:` holds
 * @throws ModelSyntaxError with `where` (file, line, column), the offending characters as `span`, and the remedy
 */
export function parseBugs(source: string, name?: string, ranges: RangeReading = "jags"): BugsProgram {
  const tokens = lexBugs(source, name)
  const wideRanges = ranges === "winbugs"
  const reader: TokenReader = { source, name, tokens, wideRanges, position: 0, nesting: 0 }
  const declarations = parseDeclarations(reader)
  const data = startsBlock(reader, "data") ? parseNamedBlock(reader) : []
  if (!startsBlock(reader, "model")) throw noModel(reader)
  const model = parseNamedBlock(reader)
  if (peek(reader).kind !== "end") throw surplus(reader)
  return { source, declarations, data, model }
}

/** Whether the block's name and its brace are next. */
function startsBlock(reader: TokenReader, block: "data" | "model"): boolean {
  const token = peek(reader)
  return token.kind === "name" && token.text === block && isOperator(peek(reader, 1), "{")
}

function parseNamedBlock(reader: TokenReader): readonly BugsStatement[] {
  take(reader)
  return parseBlock(reader).statements
}

/** `var a, b[3, N];` with any number of names and sizes, several times if need be. */
function parseDeclarations(reader: TokenReader): BugsProgram["declarations"] {
  const declarations: BugsProgram["declarations"][number][] = []
  while (peek(reader).kind === "name" && peek(reader).text === "var") {
    take(reader)
    do declarations.push(parseDeclaration(reader))
    while (takeOperator(reader, ",") !== undefined)
    while (takeOperator(reader, ";") !== undefined);
  }
  return declarations
}

function parseDeclaration(reader: TokenReader): BugsProgram["declarations"][number] {
  const token = take(reader)
  if (token.kind !== "name") {
    throw unexpected(reader, token, "the name of a variable", "declarations read: var x, y[N], z[N, 3];")
  }
  const open = takeOperator(reader, "[")
  if (open === undefined) return { name: token.text, dims: [], span: spanOf(token) }
  const dims = [parseExpression(reader)]
  while (takeOperator(reader, ",") !== undefined) dims.push(parseExpression(reader))
  const close = expectClosing(reader, open, "]", "a comma")
  return { name: token.text, dims, span: { start: token.start, end: close.end } }
}

function noModel(reader: TokenReader): ReturnType<typeof failAt> {
  const token = peek(reader)
  const next = peek(reader, 1)
  if (token.kind === "end") {
    return failAt(reader, token, "no-model", "there is no model", 'expected "model { … }"')
  }
  const word = token.kind === "name" ? token.text : undefined
  if (word === "data" && isOperator(next, "{")) {
    return failAt(reader, token, "second-data-block", 'a second "data" block', "join the two")
  }
  if (word === "model" && next.kind === "name" && !isOperator(peek(reader, 2), "{")) {
    return failAt(
      reader,
      next,
      "old-header",
      `found "${next.text}", expected "{"`,
      'the header of the first BUGS ("model name; const …; data in …;") is not part of the language; write "model {" and give constants as data',
    )
  }
  if (word === "model" && next.kind === "name") {
    return unexpected(reader, next, '"{"', 'a model has no name; write "model {"')
  }
  if (word === "model" || word === "data") {
    return unexpected(reader, next, '"{"', `a block reads "${word} { … }"`)
  }
  const hint =
    word === "const"
      ? "constants are data; take the const section out"
      : word === "list"
        ? "data and initial values belong in files of their own"
        : 'put "model {" before the first statement and "}" behind the last'
  return unexpected(reader, token, '"model {"', hint)
}

function surplus(reader: TokenReader): ReturnType<typeof failAt> {
  const token = peek(reader)
  return unexpected(reader, token, "the end of the model", remedyForSurplus(token))
}

function remedyForSurplus(token: BugsToken): string {
  if (isOperator(token, "}")) return 'this "}" closes nothing; take it out, or check the "}" before it'
  const remedies: Readonly<Record<string, string>> = {
    data: 'the "data" block stands before the "model" block',
    var: "declarations stand before the blocks",
    model: "a file holds one model",
    list: "data and initial values belong in files of their own",
  }
  return (token.kind === "name" ? remedies[token.text] : undefined) ?? 'check the "}" before it'
}
