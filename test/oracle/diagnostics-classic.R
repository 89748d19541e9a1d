# Fixtures for the older diagnostics: what R's coda says of the draws of diagnostics.json and of longer ones, and nested
# R-hat and the growth of the effective sample size by posterior.
#   Rscript test/oracle/diagnostics-classic.R   (from the root of the project; writes test/oracle/diagnostics-classic.json)
suppressMessages({
  library(posterior)
  library(coda)
  library(jsonlite)
})
seed <- 20240819
set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

quiet <- function(expr) suppressWarnings(tryCatch(expr, error = function(e) NaN))
number <- function(x) if (is.na(x)) "NaN" else if (is.infinite(x)) (if (x > 0) "Inf" else "-Inf") else x
numbers <- function(x) unname(lapply(x, number))
decode <- function(x) as.numeric(unlist(x))
ar1 <- function(n, phi) as.numeric(arima.sim(list(ar = phi), n, sd = sqrt(1 - phi^2)))

# Nested R-hat from its definition (posterior has the function since 1.5).
nested <- function(x, ids) {
  groups <- split(seq_len(ncol(x)), ids)
  if (any(!is.finite(x)) || length(groups) < 2 || length(unique(lengths(groups))) > 1 || min(x) == max(x)) return(NaN)
  k_mean <- sapply(groups, function(g) mean(x[, g]))
  k_within <- sapply(groups, function(g) {
    b <- if (length(g) > 1) var(colMeans(x[, g, drop = FALSE])) else 0
    w <- if (nrow(x) > 1) mean(apply(x[, g, drop = FALSE], 2, var)) else 0
    b + w
  })
  sqrt(1 + var(k_mean) / mean(k_within))
}

stored <- fromJSON("test/oracle/diagnostics.json", simplifyVector = FALSE)$cases

# The limiting distribution of the Cramer-von Mises statistic with every term that counts. coda sums four: beyond a
# statistic of 2 its probabilities are too large, and from about 6 on a chain far from stationary passes its test.
tail_of <- function(q) {
  if (is.na(q)) return(NaN)
  k <- 0:80
  u <- (4 * k + 1)^2 / (16 * q)
  1 - sum(exp(lgamma(k + 0.5) - lgamma(k + 1)) * sqrt(4 * k + 1) / (pi^1.5 * sqrt(q)) *
    exp(-2 * u) * besselK(u, 0.25, expon.scaled = TRUE))
}
four_terms <- coda:::pcramer
run_heidelberger <- function(v) {
  h <- quiet(unclass(heidel.diag(mcmc(v))))
  if (length(h) == 1) rep(NaN, 6) else as.vector(h)
}
heidelberger <- function(v) {
  unchanged <- run_heidelberger(v)
  assignInNamespace("pcramer", function(q, eps) 1 - tail_of(q), "coda")
  h <- run_heidelberger(v)
  assignInNamespace("pcramer", four_terms, "coda")
  same <- isTRUE(all.equal(unchanged, h, tolerance = 1e-8))
  if (!same) cat("coda's four terms make a difference: p =", h[3], "not", unchanged[3], "\n")
  setNames(numbers(h), c("stationary", "start", "pValue", "precise", "mean", "halfWidth"))
}
describe <- function(case) {
  x <- sapply(case$chains, decode)
  x <- matrix(x, ncol = length(case$chains))
  ids <- rep_len(seq_len(max(1, ncol(x) / 2)), ncol(x))
  finite <- all(is.finite(x))
  list(
    name = case$name,
    essSpectral = number(quiet(unname(effectiveSize(do.call(mcmc.list, lapply(seq_len(ncol(x)), function(j) mcmc(x[, j]))))))),
    heidelbergerWelch = lapply(seq_len(ncol(x)), function(j) heidelberger(x[, j])),
    rhatNested = number(nested(x, seq_len(ncol(x)))),
    superchains = ids,
    rhatNestedPairs = number(nested(x, ids)),
    growth = lapply(seq_len(5), function(k) {
      n <- floor(k * nrow(x) / 5)
      if (n == 0) return(NULL)
      p <- x[seq_len(n), , drop = FALSE]
      list(draws = n, bulk = number(quiet(ess_bulk(p))), tail = number(quiet(ess_tail(p))))
    })
  )
}

# One figure fewer than usual keeps the file small; ties in the quantile are welcome.
long <- lapply(list(
  "independent, 3746 draws" = rnorm(3746),
  "AR(1) 0.6, 4000 draws" = ar1(4000, 0.6),
  "AR(1) 0.95, 5001 draws" = ar1(5001, 0.95),
  "AR(1) -0.7, 4000 draws" = ar1(4000, -0.7),
  "AR(2), 4500 draws" = as.numeric(arima.sim(list(ar = c(1.3, -0.5)), 4500)),
  "drift, 4000 draws" = ar1(4000, 0.5) + (1:4000) / 4000,
  "stationary late, 3999 draws" = ar1(3999, 0.3) + 3 * exp(-(1:3999) / 300),
  "counts, 4000 draws" = rpois(4000, 8),
  "three, held for 5 each, 4000 draws" = rep(rnorm(800), each = 5),
  "3745 draws, one too few" = rnorm(3745)
), signif, 4)
raftery <- function(v, ...) {
  r <- quiet(raftery.diag(mcmc(v), ...)$resmatrix)
  if (is.character(r)) return(list(burnIn = "NaN", total = "NaN", minimum = as.numeric(r[2]), dependence = "NaN"))
  setNames(numbers(r[1, ]), c("burnIn", "total", "minimum", "dependence"))
}
describe_long <- function(name) {
  v <- long[[name]]
  list(
    name = name, chain = v,
    essSpectral = number(unname(effectiveSize(mcmc(v)))),
    heidelbergerWelch = heidelberger(v),
    rafteryLewis = raftery(v),
    rafteryLewisMedian = raftery(v, q = 0.5, r = 0.02, s = 0.9, converge.eps = 0.01)
  )
}

cross <- cbind(a = ar1(120, 0.5), b = rnorm(120), c = 2, d = 1e6 + 1e-3 * rnorm(120), e = rcauchy(120))
cross <- signif(cbind(cross, f = cross[, "a"] - 0.1 * cross[, "b"]), 12)

statistics <- c(0.005, 0.02, 0.05, 0.1, 0.2, 0.347, 0.461, 0.743, 1, 1.5, 1.8, 2.5, 4, 8)
mu <- extract_variable_matrix(example_draws(), "mu")

writeLines(toJSON(list(
  generator = "test/oracle/diagnostics-classic.R",
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."),
                  posterior = as.character(packageVersion("posterior")), coda = as.character(packageVersion("coda"))),
  seed = seed,
  cases = lapply(stored, describe),
  long = lapply(names(long), describe_long),
  crossCorrelation = list(columns = lapply(seq_len(6), function(j) cross[, j]),
                          matrix = lapply(suppressWarnings(as.vector(crosscorr(mcmc(cross)))), number)),
  cramerVonMises = list(statistics = statistics, tails = sapply(statistics, tail_of),
                        coda = 1 - sapply(statistics, coda:::pcramer)),
  # The value is the one printed in the reference page of posterior::rhat_nested, version 1.6.
  eightSchoolsMu = list(chains = lapply(1:4, function(j) as.numeric(mu[, j])), superchains = c(1, 1, 2, 2),
                        rhatNested = 1.002846)
), digits = I(15), auto_unbox = TRUE, null = "null"), "test/oracle/diagnostics-classic.json")
