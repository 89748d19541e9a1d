/** What was typed, quoted so that a shell reads it back: the line to repeat a run with. */
export function quoteCommand(argv: readonly string[]): string {
  return ["gibbsite", ...argv.map(quoteWord)].join(" ")
}

function quoteWord(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word
  if (!/["$`\\!]/.test(word)) return `"${word}"`
  return `'${word.replaceAll("'", "'\\''")}'`
}
