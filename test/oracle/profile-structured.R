# Profile-likelihood intervals of parameters of the residuals, by nlme's fits with the parameter held.
# Writes profile-structured.json. No random numbers. Usage, from this folder: Rscript profile-structured.R
suppressMessages({library(nlme); library(jsonlite)})
ovary <- read.csv("../../data/ovary.csv"); orthodont <- read.csv("../../data/orthodont.csv")
control <- lmeControl(msTol = 1e-12, tolerance = 1e-10, msMaxIter = 500, maxIter = 500)
glsTight <- glsControl(msTol = 1e-12, tolerance = 1e-10)
interval <- function(deviance, estimate, low, high) {
  top <- deviance(estimate)
  rise <- function(x) deviance(x) - top - qchisq(.95, 1)
  c(uniroot(rise, c(low, estimate), tol = 1e-10)$root, uniroot(rise, c(estimate, high), tol = 1e-10)$root)
}
ar1 <- function(phi) -2 * as.numeric(logLik(gls(follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time), ovary,
  corAR1(phi, form = ~ 1 | Mare, fixed = TRUE), method = "ML", control = glsTight)))
top <- optimize(ar1, c(.3, .9), tol = 1e-10)$minimum
power <- function(delta) -2 * as.numeric(logLik(lme(distance ~ age * Sex, orthodont, ~ 1 | Subject,
  weights = varPower(form = ~ age, fixed = delta), method = "ML", control = control)))
topPower <- optimize(power, c(-3, 3), tol = 1e-10)$minimum
write_json(list(generator = R.version.string, nlme = as.character(packageVersion("nlme")),
                ar1 = I(interval(ar1, top, .2, .95)), varPower = I(interval(power, topPower, -4, 4))),
           "profile-structured.json", digits = 9, auto_unbox = TRUE)
