# Sequential F tests and denominator degrees of freedom of nlme. Run in this folder: Rscript inner-outer.R
suppressMessages({
  library(nlme)
  library(jsonlite)
})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
tight <- lmeControl(tolerance = 1e-10, msTol = 1e-12, msMaxIter = 500, maxIter = 200, niterEM = 100, msMaxEval = 2000)
case <- function(data, formula, options, fit) {
  a <- anova(fit)
  list(data = data, formula = formula, options = options, terms = I(rownames(a)[-1]), F = I(a[["F-value"]][-1]),
    ndf = I(a$numDF[-1]), ddf = I(a$denDF[-1]), p = I(a[["p-value"]][-1]), df = I(unname(fit$fixDF$X)))
}
machines <- read("machines"); machines$Worker <- factor(machines$Worker)
orthodont <- read("orthodont"); oats <- read("oats"); ovary <- read("ovary"); irrigation <- read("irrigation")
# Unbalanced at every level.
gaps <- oats[-c(2, 11, 12, 29, 45, 46, 47, 48, 60), ]
gaps$plot <- gaps$Variety
none <- setNames(list(), character(0))
cases <- list(
  case("machines", "score ~ Machine + (1 | Worker/Machine)", none, lme(score ~ Machine, machines, ~ 1 | Worker / Machine, control = tight)),
  case("orthodont", "distance ~ Sex * I(age - 11) + (I(age - 11) | Subject)", none,
    lme(distance ~ Sex * I(age - 11), orthodont, ~ I(age - 11) | Subject, control = tight)),
  case("orthodont", "distance ~ age + Sex + (1 | Subject)", list(weights = "varIdent(Sex)"),
    lme(distance ~ age + Sex, orthodont, ~ 1 | Subject, weights = varIdent(form = ~ 1 | Sex), control = tight)),
  case("oats", "yield ~ factor(nitro) * Variety + (1 | Block/Variety)", none,
    lme(yield ~ factor(nitro) * Variety, oats, ~ 1 | Block / Variety, control = tight)),
  case("gaps", "yield ~ Variety * nitro + (1 | Block/Variety)", none, lme(yield ~ Variety * nitro, gaps, ~ 1 | Block / Variety, control = tight)),
  case("ovary", "follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time) + (1 | Mare)", list(residual = "ar1(1 | Mare)"),
    lme(follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time), ovary, ~ 1 | Mare, corAR1(form = ~ 1 | Mare), control = tight)),
  case("irrigation", "yield ~ irrigation * variety + (1 | field)", none, lme(yield ~ irrigation * variety, irrigation, ~ 1 | field, control = tight))
)
writeLines(toJSON(list(
  generator = "inner-outer.R", versions = list(R = R.version.string, nlme = as.character(packageVersion("nlme"))),
  data = list(gaps = as.list(gaps[c("Block", "Variety", "nitro", "yield")])), cases = cases
), auto_unbox = TRUE, digits = NA), "inner-outer.json")
