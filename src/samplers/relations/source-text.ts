/** The distribution and the arguments of a stochastic relation as written: `y[i] ~ dnorm(mu[i], tau) T(0, )`. */
export function callOf(text: string): { readonly name: string; readonly args: readonly string[] } {
  const call = text.split(" ~ ")[1] ?? text
  const open = call.indexOf("(")
  const args: string[] = []
  let depth = 0
  let start = open + 1
  for (let i = open; i < call.length; i++) {
    const c = call[i]
    if (c === "(" || c === "[") depth++
    if (c === ")" || c === "]") depth--
    if ((c === "," && depth === 1) || depth === 0) {
      args.push(call.slice(start, i).trim())
      start = i + 1
    }
    if (depth === 0) break
  }
  return { name: call.slice(0, open), args: args.filter((arg) => arg !== "") }
}
