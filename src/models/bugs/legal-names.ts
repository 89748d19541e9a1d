/** Names that JAGS and this language read, for things that other front ends call by names of their own. */

/** Words of the language; what opens a truncation is left alone too. */
const RESERVED: readonly string[] = ["model", "data", "var", "in", "for", "T", "I", "C"]

/** Gives every name once. */
export interface NameBook {
  /** The name as the language can have it; with a number behind it when it is taken. */
  take(name: string): string
}

/** @param reserved names that must not be given, loop variables */
export function openNames(reserved: readonly string[]): NameBook {
  const taken = new Set([...RESERVED, ...reserved])
  return {
    take(name) {
      const legal = legalName(name)
      let free = legal
      for (let k = 2; taken.has(free); k++) free = `${legal}.${k}`
      taken.add(free)
      return free
    },
  }
}

/** `sd[county,(Intercept)]` as `sd.county.Intercept`: letters and digits of ASCII stay, dots stand for the rest. */
export function legalName(name: string): string {
  const dotted = name.replace(/[^A-Za-z0-9_]+/g, ".").replace(/^[._]+|\.+$/g, "")
  return /^[A-Za-z]/.test(dotted) ? dotted : `x.${dotted}`.replace(/\.$/, "")
}
