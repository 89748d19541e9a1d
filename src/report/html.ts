/** Markup that may be put into a page as it is. Made only by `html`, `raw` and what builds on them. */
export interface Html {
  readonly markup: string
}

type Part = Html | readonly Part[] | string | number | false | null | undefined

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Text as it must stand between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/**
 * Tagged template for markup: what is put in is escaped, unless it is markup already; lists are joined; `false`,
 * `null` and `undefined` leave nothing. So a text of the user cannot become a tag by being forgotten.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((text, chunk, i) => text + renderPart(parts[i - 1]) + chunk) }
}

/** Markup that was checked or made elsewhere. Never call it on a text of the user. */
export function raw(markup: string): Html {
  return { markup }
}

function renderPart(part: Part): string {
  if (part === null || part === undefined || part === false) return ""
  if (typeof part === "string") return escapeHtml(part)
  if (typeof part === "number") return String(part)
  return "markup" in part ? part.markup : part.map(renderPart).join("")
}

/** JSON that can stand inside a `<script>` element: no `<`, so neither `</script>` nor `<!--` can end or change it. */
export function inlineJson(value: unknown): Html {
  return raw(JSON.stringify(value).replace(/</g, "\\u003c"))
}
