/**
 * Whether a text is well-formed XML content (elements, attributes, text, the five entities): every tag closed in order,
 * no bare `<` or `&`. Returns what is wrong, or null.
 */
export function xmlDefect(text: string): string | null {
  const open: string[] = []
  const token = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w-]+="[^"<&]*")*)\s*(\/?)>|([^<]+)|(<)/gu
  for (const match of text.matchAll(token)) {
    const [whole, slash, name, , selfClosing, content, bare] = match
    if (bare !== undefined) return `a bare "<" at ${match.index}`
    if (content !== undefined) {
      const ampersand = content.replace(/&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);/g, "").includes("&")
      if (ampersand) return `a bare "&" in "${content}"`
      if (open.length === 0 && content.trim() !== "") return `text outside any element: "${content}"`
      continue
    }
    if (selfClosing === "/") continue
    if (slash === "") open.push(name!)
    else if (open.pop() !== name) return `${whole} closes another element at ${match.index}`
  }
  return open.length === 0 ? null : `<${open.at(-1)}> is not closed`
}
