/**
 * The one-way model of a first course in Gibbs sampling, and what its trace does not show.
 *
 *   y_i ~ Normal(μ + a_g[i], σ²)     a_j ~ Normal(0, σ_a²)     μ ~ Normal(0, 0.5)     σ², σ_a² ~ InverseGamma(2, 100)
 *
 * One chain of 50,000 sweeps in the order in which the conditionals are derived: σ_a², σ², μ, then each a_j.
 *
 *   npm run example eck-gibbs        writes eck-trace.svg, eck-acf.svg, eck-density.svg to the current folder
 *
 * What to see: the trace of μ looks like noise and its density is smooth, but the autocorrelation function falls so
 * slowly that 50,000 draws are worth some 750 independent ones, 1.5 %. Given the seven a_j, μ can move only by what
 * their own residuals leave open (σ/√N = 0.12), while its posterior sd is 0.67: μ and the mean of the a_j have to
 * walk together, one small step a sweep. The variances mix well. Drawing μ and the a_j jointly removes the walk.
 */
import { writeFile } from "node:fs/promises"
import { datasets, inverseGamma, lmm, normal, plots, renderSvg, sample } from "gibbsite"

const model = lmm("y ~ 1 + (1 | g)", datasets.eck(), {
  priors: {
    Intercept: normal(0, { var: 0.5 }),
    "var(g)": inverseGamma(2, 100),
    "var(residual)": inverseGamma(2, 100),
  },
})
console.log(model.plan("gibbs").explain())

const SWEEPS = 50_000
const post = await sample(model, { chains: 1, warmup: 0, draws: SWEEPS, seed: "eck", method: "gibbs" })
console.log(`\n${SWEEPS} sweeps in ${(1000 * post.sampling.seconds).toFixed(0)} ms\n`)

const names = ["b[(Intercept)]", "var[g,(Intercept)]", "var[residual]"]
console.log("                     mean      sd    bulk ESS   ESS / draws")
for (const { name, mean, sd, essBulk } of post.summary().filter((row) => names.includes(row.name))) {
  const share = ((100 * essBulk) / SWEEPS).toFixed(1)
  console.log(
    `${name.padEnd(18)} ${mean.toFixed(3).padStart(7)} ${sd.toFixed(3).padStart(7)} ${essBulk.toFixed(0).padStart(9)} ${share.padStart(10)} %`,
  )
}

await writeFile("eck-trace.svg", await renderSvg(plots.trace(post, names)))
await writeFile("eck-acf.svg", await renderSvg(plots.acf(post, names)))
await writeFile("eck-density.svg", await renderSvg(plots.density(post, names)))
console.log(
  "\nwrote eck-trace.svg, eck-acf.svg and eck-density.svg: look at the autocorrelation of b[(Intercept)]",
)
