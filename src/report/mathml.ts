import { type Html, raw } from "./html.ts"

/** Presentation MathML that a formula needs; nothing here can load, link or run anything. */
const elements = new Set(
  (
    "math mrow mi mn mo mtext ms mspace msub msup msubsup munder mover munderover mfrac msqrt mroot " +
    "mtable mtr mtd mstyle mpadded mphantom merror mmultiscripts mprescripts none"
  ).split(" "),
)

const attributes = new Set(
  (
    "xmlns display displaystyle scriptlevel mathvariant stretchy fence separator form lspace rspace symmetric " +
    "largeop movablelimits accent accentunder minsize maxsize linethickness columnalign rowalign columnspacing " +
    "rowspacing columnspan rowspan width height depth voffset dir"
  ).split(" "),
)

const tag = /<(\/?)([a-zA-Z]+)((?:\s+[a-zA-Z]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const attributeName = /([a-zA-Z]+)\s*=/g

/**
 * The MathML given, when it is nothing but well-nested presentation MathML; `null` when there is anything else in it, so that a
 * name which was not escaped on its way here cannot bring markup of its own into the page.
 */
export function checkMathml(text: string): Html | null {
  const open: string[] = []
  let at = 0
  let roots = 0
  while (at < text.length) {
    if (text[at] !== "<") {
      const next = text.indexOf("<", at)
      const end = next === -1 ? text.length : next
      if (open.length === 0 && text.slice(at, end).trim() !== "") return null
      at = end
      continue
    }
    tag.lastIndex = at
    const match = tag.exec(text)
    if (open.length === 0) roots++
    if (match === null || roots > 1 || !acceptTag(match, open)) return null
    at = tag.lastIndex
  }
  return open.length === 0 && roots === 1 ? raw(text) : null
}

/** Whether a tag may stand here; keeps `open`, the elements not yet closed, up to date. */
function acceptTag(match: RegExpExecArray, open: string[]): boolean {
  const [, closing, name = "", written = "", selfClosing] = match
  if (!elements.has(name)) return false
  if (closing === "/") return open.pop() === name && written === ""
  // Formulas do not nest, and nothing stands outside one.
  if ((name === "math") !== (open.length === 0)) return false
  for (const [, attribute = ""] of written.replace(/"[^"]*"|'[^']*'/g, "").matchAll(attributeName)) {
    if (!attributes.has(attribute)) return false
  }
  if (selfClosing !== "/") open.push(name)
  return true
}
