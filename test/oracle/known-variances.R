# Meta-analyses: estimates with known standard errors. The criteria by hand (log|V| + log|X'V⁻¹X| + r'V⁻¹r + (n − p) log 2π)
# minimised over the between-study variance. metafor prints .3132 (tau², BCG), -.7145 (.1798) and .0764 with latitude.
# Writes known-variances.json. No random numbers. Usage, from this folder: Rscript known-variances.R
suppressMessages(library(jsonlite))
# Colditz et al. (1994, JAMA 271, 698-702): BCG vaccine against tuberculosis, cases and others, vaccinated and not.
bcg <- data.frame(trial = paste0("t", sprintf("%02d", 1:13)),
  tpos = c(4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27),
  tneg = c(119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886),
  cpos = c(11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29),
  cneg = c(128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825),
  ablat = c(44, 55, 42, 52, 13, 44, 19, 13, 27, 42, 18, 33, 33))
bcg$yi <- with(bcg, log(tpos / (tpos + tneg)) - log(cpos / (cpos + cneg)))
bcg$sei <- with(bcg, sqrt(1 / tpos - 1 / (tpos + tneg) + 1 / cpos - 1 / (cpos + cneg)))
schools <- read.csv("../../data/eight_schools.csv")
parts <- function(y, se, x, t2) {
  v <- se^2 + t2
  info <- crossprod(x / v, x)
  b <- solve(info, crossprod(x / v, y))
  r <- y - x %*% b
  list(v = v, info = info, b = b, ml = sum(log(v)) + sum(r^2 / v) + length(y) * log(2 * pi),
       reml = sum(log(v)) + determinant(info)$modulus + sum(r^2 / v) + (length(y) - ncol(x)) * log(2 * pi))
}
fit <- function(y, se, x, method) {
  crit <- function(t2) as.numeric(parts(y, se, x, t2)[[tolower(method)]])
  t2 <- optimize(crit, c(0, 10 * var(y)), tol = 1e-14)$minimum
  t2 <- optimize(crit, t2 * c(.99, 1.01) + c(0, 1e-9), tol = 1e-15)$minimum
  if (crit(0) <= crit(t2)) t2 <- 0
  at <- parts(y, se, x, t2)
  vcov <- solve(at$info)
  # BLUPs of the studies, and the profile likelihood interval of tau (maximum likelihood).
  u <- t2 / at$v * (y - x %*% at$b)
  ml <- function(t2) parts(y, se, x, t2)$ml
  top <- optimize(ml, c(0, 10 * var(y)), tol = 1e-12)$minimum
  if (ml(0) <= ml(top)) top <- 0
  rise <- function(t2) ml(t2) - ml(top) - qchisq(.95, 1)
  upper <- uniroot(rise, c(top, 1000 * var(y)), tol = 1e-13)$root
  lower <- if (rise(0) < 0) 0 else uniroot(rise, c(0, top), tol = 1e-14)$root
  z <- at$b / sqrt(diag(vcov))
  list(method = method, criterion = crit(t2), tau2 = t2, estimate = I(as.numeric(at$b)), se = I(sqrt(diag(vcov))),
       z = I(as.numeric(z)), p = I(as.numeric(2 * pnorm(-abs(z)))), blup = I(as.numeric(u)),
       none = crit(0), profile = I(sqrt(c(lower, upper))))
}
one <- function(d) cbind(rep(1, nrow(d)))
fits <- list(
  bcg = fit(bcg$yi, bcg$sei, one(bcg), "REML"),
  bcgMl = fit(bcg$yi, bcg$sei, one(bcg), "ML"),
  bcgLatitude = fit(bcg$yi, bcg$sei, cbind(1, bcg$ablat), "REML"),
  schools = fit(schools$effect, schools$se, one(schools), "REML"))
write_json(list(generator = R.version.string,
                data = list(trial = bcg$trial, yi = bcg$yi, sei = bcg$sei, ablat = bcg$ablat), fits = fits),
           "known-variances.json", digits = 12, auto_unbox = TRUE)
