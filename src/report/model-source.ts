import { type Html, html } from "./html.ts"

/** Comments, words of the language, names of distributions after `~`, and all that lies between. */
const TOKENS = /(#[^\n]*|\/\*[\s\S]*?\*\/)|\b(model|data|var|for|in)\b(?![.\w])|(~\s*)([A-Za-z][\w.]*)/g

/** A model in the BUGS language with its words, comments and distributions set apart. */
export function highlightSource(source: string): Html {
  const parts: Html[] = []
  let end = 0
  for (const found of source.matchAll(TOKENS)) {
    const [text, comment, keyword, tilde, distribution] = found
    parts.push(html`${source.slice(end, found.index)}`)
    if (comment !== undefined) parts.push(html`<span class="comment">${comment}</span>`)
    else if (keyword !== undefined) parts.push(html`<span class="keyword">${keyword}</span>`)
    else parts.push(html`${tilde}<span class="distribution">${distribution}</span>`)
    end = found.index + text.length
  }
  return html`${parts}${source.slice(end)}`
}
