import type { ConjugateFamily } from "./conjugate-family.ts"

/** ∫ of x^(−a − 1) from `lower` to x. */
const powerMass = (a: number, lower: number, x: number): number =>
  a === 0 ? Math.log(x / lower) : (lower ** -a - x ** -a) / a

/** Density in x: x^(−alpha − 1) above c: the largest value of uniform children of 0 … k x. */
export const paretoFamily: ConjugateFamily = {
  id: "Pareto",
  label: "Pareto",
  natural: ["alpha", "c"],
  combine: ["sum", "max"],
  source: "DeGroot (1970), Optimal Statistical Decisions, section 9.7",
  kernel: (t, [a, c]) => `${t}^(-(${a}) - 1), ${t} > ${c}`,
  factor: (t, [a, c]) => `${t}^(-${a}), ${t} > ${c}`,
  priors: {
    dpar: {
      start: (natural, args) => {
        natural[0] = args[0]!
        natural[1] = args[1]!
      },
      symbols: ([alpha, c]) => [alpha!, c!],
    },
    // Flat on its interval.
    dunif: {
      start: (natural) => {
        natural[0] = -1
        natural[1] = 0
      },
      accepts: ({ args }) => args[0]!.op === "number" && args[0]!.value >= 0,
      symbols: ([lower]) => ["-1", lower!],
    },
  },
  pairs: [
    {
      child: "dunif",
      argument: 1,
      power: 1,
      unit: false,
      complement: false,
      leastShape: 1,
      accepts: ({ args }) => args[0]!.op === "number" && args[0]!.value === 0,
      contribute(natural, [y], _args, _starts, k) {
        natural[0]! += 1
        natural[1] = Math.max(natural[1]!, y! / k)
      },
      symbols: (y, _, k) => ["1", k === "1" ? y : `${y} / ${k.includes(" ") ? `(${k})` : k}`],
    },
  ],
  draw(rng, natural, lower, upper) {
    const alpha = natural[0]!
    const least = Math.max(lower, natural[1]!)
    if (!(least <= upper) || (upper === Infinity && !(alpha > 0))) return Number.NaN
    const u = rng.uniform()
    if (alpha === 0) return least * (upper / least) ** u
    // x^−alpha is uniform between its ends.
    return Math.min(
      upper,
      Math.max(least, (least ** -alpha + u * (upper ** -alpha - least ** -alpha)) ** (-1 / alpha)),
    )
  },
  logDensity(x, natural, lower, upper) {
    const least = Math.max(lower, natural[1]!)
    if (!(x >= least && x <= upper)) return -Infinity
    return (-natural[0]! - 1) * Math.log(x) - Math.log(powerMass(natural[0]!, least, upper))
  },
}
