import { InternalError } from "../../core/errors.ts"

export interface MathToken {
  /** `over` is `sum_i` or `sum_{`; its text the operator, `sum`. */
  readonly kind: "number" | "name" | "over" | "sign"
  readonly text: string
  /** Of `over`: the index of `sum_i`; null of `sum_{`. */
  readonly index: string | null
  /** Whether a blank stands before it. */
  readonly gap: boolean
}

/** A variable may be called `sum_x`: it is no sum unless an operand follows at once. */
const OVER = /(sum|prod|max)_(?:\{|([A-Za-z][\w.]*'?) (?=[\w(|Π]|-\S))/y
const NUMBER = /(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y
const NAME = /[A-Za-z][\w.]*'?/y
/** A colon before a blank says "such that" or "namely"; within ranges it has none: `1:N`. */
const SIGN = /: |<-|<=|>=|==|!=|&&|\|\||%[^%\s]*%|[-+*/^:<>!=~∝×→|(){}[\],'…Π∞]/y

/** The tokens of a formula in plain text. @throws InternalError at a character that no formula has */
export function lexMath(text: string): MathToken[] {
  const tokens: MathToken[] = []
  let at = 0
  let gap = false
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  while (at < text.length) {
    if (text[at] === " ") {
      gap = true
      at++
      continue
    }
    const over = take(OVER)
    if (over !== null) tokens.push({ kind: "over", text: over[1]!, index: over[2] ?? null, gap })
    else {
      const number = take(NUMBER)
      const name = number === null ? take(NAME) : null
      const found = number ?? name ?? take(SIGN)
      if (found === null) throw new InternalError(`no formula: "${text}", at "${text.slice(at)}"`)
      const kind = number !== null ? "number" : name !== null ? "name" : "sign"
      tokens.push({ kind, text: found[0], index: null, gap })
    }
    gap = text[at - 1] === " "
  }
  return tokens
}
