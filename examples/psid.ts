/**
 * Incomes of 85 heads of household over the years, from the Panel Study of Income Dynamics: a line for every person, then a
 * model of all lines. Published in Faraway 2016, *Extending the Linear Model with R*, section 11.1.
 *
 *   npm run example psid -- path/to/psid.csv
 */
import { lmList, lmm, reml, type Table, welchTest } from "gibbsite"
import { beside, compare, corOf, fixedOf, readOwn, sdOf } from "./shared/published.js"

const data = await readOwn("psid", "the data set psid of the R package faraway")
if (data !== null) {
  const fits = lmList("log(income) ~ I(year - 78) | person", data)
  const sexOf = sexOfPersons(data)
  const welch = (term: string) => {
    const values = fits.coefficient(term)
    const of = (sex: string) => values.filter((_, j) => sexOf.get(fits.levels[j]!) === sex)
    return welchTest(of("M"), of("F"))
  }
  const slopes = welch("I(year - 78)")
  const intercepts = welch("(Intercept)")
  compare("a regression for every person: men against women by Welch's test", [
    ["slopes: t", "-2.3786", slopes.t],
    ["slopes: df", "56.736", slopes.df],
    ["intercepts: t", "8.2199", intercepts.t],
    ["intercepts: df", "79.719", intercepts.df],
  ])

  const formula = "log(income) ~ I(year - 78) * sex + age + educ + (I(year - 78) | person)"
  const fit = reml(formula, data, { contrasts: "sum" })
  const published = [
    ["(Intercept)", "7.249"],
    ["I(year - 78)", "0.072"],
    ["sex1", "-0.575"],
    ["age", "0.011"],
    ["educ", "0.104"],
    ["I(year - 78):sex1", "0.013"],
  ] as const
  compare("REML, sum contrasts", [
    ...published.map(([name, text]) => [name, text, fixedOf(fit, name).estimate] as const),
    ["sd of intercepts", "0.531", sdOf(fit, "person", "(Intercept)")],
    ["sd of slopes", "0.049", sdOf(fit, "person", "I(year - 78)")],
    ["their correlation", "0.187", corOf(fit, "person")],
    ["sd of residuals", "0.684", sdOf(fit)],
  ])
  await beside(formula, lmm(formula, data, { contrasts: "sum" }), fit)
}

function sexOfPersons(table: Table): Map<string, string> {
  const texts = (name: string): readonly string[] => {
    const column = table.columns.get(name)!
    if (column.kind === "factor") return Array.from(column.codes, (code) => column.levels[code]!)
    return Array.from(column.values, String)
  }
  const sex = texts("sex")
  return new Map(texts("person").map((person, i) => [person, sex[i]!]))
}
