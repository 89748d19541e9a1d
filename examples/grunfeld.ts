/**
 * Investment of eleven firms over twenty years, from one regression for all to lines that vary by firm. Data of Grunfeld 1958,
 * as in the R package AER.
 *
 *   npm run example grunfeld
 */
import { datasets, hausman, lmm, nestedFTest, ols, reml } from "gibbsite"
import { beside, compare } from "./shared/published.js"

const data = datasets.grunfeld()
const pooled = ols("invest ~ value + capital", data)
const firms = ols("invest ~ 0 + firm + value + capital", data)
const test = nestedFTest(pooled, firms)
compare("least squares", [
  ["adjusted R², pooled", "0.816", pooled.adjustedRSquared],
  [
    "adjusted R², an intercept for every firm",
    "0.959",
    firms.adjustedRSquared,
    "about zero, as lm has it without (Intercept)",
  ],
  ["F of the firms", "49.2071", test.F],
  ["its degrees of freedom", "10", test.ndf],
])
const specification = hausman("invest ~ value + capital", data, { group: "firm" })
console.log(
  `\nfixed against random effects: Hausman's χ² ${specification.statistic?.toFixed(4)}, p ${specification.p?.toFixed(4)}`,
)

// A firm like General Motors and a firm not seen before, at value 2000 and capital 1000.
const formula = "invest ~ value + capital + (value + capital | firm)"
const at = { value: [2000], capital: [1000], firm: ["General Motors"] }
const best = reml(formula, data)
const predictions = (fit: typeof best) => ({
  known: fit.predict(at)[0]!.fit,
  fresh: fit.predict(at, { random: "none" })[0]!.fit,
})
compare("slopes by firm: the better optimum", [
  ["REML criterion", "2297.715543", best.criterion],
  ["prediction for General Motors", "528.965", predictions(best).known, "528.9656, cut"],
  ["prediction for a new firm", "336.272", predictions(best).fresh],
])
const start = Float64Array.of(
  0.371687854,
  -0.001283932794,
  -0.002551211842,
  0,
  0.001505896086,
  0.000555844546,
)
const stopped = reml(formula, data, { start, search: false })
compare("where a widespread default stops, and what was published there", [
  ["REML criterion", "2299.11635", stopped.criterion],
  ["prediction for General Motors", "537.4", predictions(stopped).known],
  ["prediction for a new firm", "341.51", predictions(stopped).fresh],
])
console.log(
  `\nlargest derivative of the criterion there ${stopped.gradientNorm.toFixed(2)}, here ${best.gradientNorm.toExponential(1)}`,
)

await beside(
  "intercepts by firm",
  lmm("invest ~ value + capital + (1 | firm)", data),
  reml("invest ~ value + capital + (1 | firm)", data),
)
