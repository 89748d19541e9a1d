# Fixtures for the diagnostics: draws, and what the R packages posterior and coda say of them.
#   Rscript test/oracle/diagnostics.R      (from the root of the project; writes test/oracle/diagnostics.json)
suppressMessages({
  library(posterior)
  library(coda)
  library(jsonlite)
})
seed <- 20210603
set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")

ar1 <- function(n, phi) as.numeric(arima.sim(list(ar = phi), n, sd = sqrt(1 - phi^2)))
normal_ar1 <- function(n, chains, phi) {
  if (phi == 0) matrix(rnorm(n * chains), n) else replicate(chains, ar1(n, phi))
}
with_values <- function(x, at, values) {
  x[at] <- values
  x
}

cases <- list(
  "independent, 4 chains" = normal_ar1(250, 4, 0),
  "independent, 1 chain" = normal_ar1(200, 1, 0),
  "AR(1) 0.5, 2 chains" = normal_ar1(200, 2, 0.5),
  "AR(1) 0.9, 4 chains" = normal_ar1(300, 4, 0.9),
  "AR(1) 0.99, 4 chains" = normal_ar1(200, 4, 0.99),
  "AR(1) 0.9, 1 long chain" = normal_ar1(2000, 1, 0.9),
  "AR(1) 0.7, 3 chains of odd length" = normal_ar1(101, 3, 0.7),
  "AR(1) 0.3, 4 chains of odd length, odd halves" = normal_ar1(63, 4, 0.3),
  "AR(1) 0.3, odd halves" = normal_ar1(62, 2, 0.3),
  "antithetic -0.5, 4 chains" = normal_ar1(150, 4, -0.5),
  "antithetic -0.95, 2 chains" = normal_ar1(150, 2, -0.95),
  "antithetic -0.95, 1 short chain" = normal_ar1(31, 1, -0.95),
  "constant, 1 chain" = matrix(3.2, 50, 1),
  "constant, 4 chains" = matrix(0.1, 50, 4),
  "constant chains at different values" = matrix(rep(c(0.1, 0.2, 0.3), each = 40), 40),
  "one chain constant" = cbind(rep(0.7, 80), rnorm(80), rnorm(80)),
  "one half constant" = cbind(c(rep(0.7, 40), rnorm(40)), rnorm(80)),
  "two values, 30 %" = matrix(rbinom(600, 1, 0.3), 150),
  "two values, 3 %" = matrix(rbinom(600, 1, 0.03), 150),
  "two values, 97 %" = matrix(rbinom(600, 1, 0.97), 150),
  "two values, equally often" = matrix(sample(rep(0:1, 100)), 100),
  "counts" = matrix(rpois(400, 1.5), 100),
  "counts, odd length" = matrix(rpois(303, 4), 101),
  "3 draws, 1 chain" = matrix(rnorm(3), 3),
  "4 draws, 1 chain" = matrix(rnorm(4), 4),
  "4 draws, 4 chains" = matrix(rnorm(16), 4),
  "5 draws, 1 chain" = matrix(rnorm(5), 5),
  "5 draws, 4 chains" = matrix(rnorm(20), 5),
  "6 draws, 2 chains" = matrix(rnorm(12), 6),
  "10 draws, 1 chain" = matrix(rnorm(10), 10),
  "10 draws, 4 chains" = matrix(rnorm(40), 10),
  "11 draws, 3 chains" = matrix(rnorm(33), 11),
  "12 draws, 2 chains" = matrix(rnorm(24), 12),
  "14 draws, 2 chains" = matrix(rnorm(28), 14),
  "different means" = normal_ar1(120, 4, 0.4) + rep(c(0, 0, 0, 1.5), each = 120),
  "different means, far apart" = normal_ar1(60, 2, 0.4) + rep(c(-50, 50), each = 60),
  "different scales" = normal_ar1(150, 4, 0.2) * rep(c(1, 1, 1, 4), each = 150),
  "drift" = normal_ar1(100, 2, 0.2) + 0.03 * (1:100),
  "Cauchy" = matrix(rcauchy(800), 200),
  "Cauchy, one chain shifted" = matrix(rcauchy(400), 100) + rep(c(0, 0, 0, 2), each = 100),
  "inverse gamma, shape 1/2" = matrix(1 / rgamma(400, 0.5), 100),
  "far from zero" = matrix(1e6, 120, 3),
  "tiny" = 1e-6 * normal_ar1(120, 3, 0.6),
  "huge" = 1e60 * normal_ar1(50, 2, 0),
  "infinite values" = with_values(normal_ar1(100, 2, 0.3), c(17, 120), Inf),
  "infinite values of both signs" = with_values(normal_ar1(101, 3, 0), c(5, 40, 150), c(Inf, -Inf, -Inf)),
  "more than half infinite" = with_values(normal_ar1(60, 2, 0), 20:100, Inf),
  "a NaN" = with_values(normal_ar1(60, 2, 0.3), 33, NaN)
)

# Six figures, so that the file is small and both sides see the same doubles.
cases <- lapply(cases, signif, 6)
cases[["far from zero"]] <- 1e6 + round(cases[["far from zero"]] - 1e6 + normal_ar1(120, 3, 0.6), 4)

quiet <- function(expr) suppressWarnings(tryCatch(expr, error = function(e) NaN))
number <- function(x) if (is.na(x)) "NaN" else if (is.infinite(x)) (if (x > 0) "Inf" else "-Inf") else x
probabilities <- c(0, 0.05, 0.25, 0.5, 0.95, 1)

describe <- function(name) {
  x <- cases[[name]]
  figures <- list(
    mean = quiet(mean(x)), sd = quiet(stats::sd(x)),
    rhat = quiet(rhat(x)),
    essBulk = quiet(ess_bulk(x)), essTail = quiet(ess_tail(x)),
    essMean = quiet(ess_mean(x)), essSd = quiet(ess_sd(x)),
    mcseMean = quiet(mcse_mean(x)), mcseSd = quiet(mcse_sd(x))
  )
  each <- function(f) unname(lapply(probabilities, function(p) number(quiet(f(p)))))
  list(
    name = name,
    chains = unname(lapply(seq_len(ncol(x)), function(j) lapply(x[, j], number))),
    figures = lapply(figures, number),
    quantile = each(function(p) stats::quantile(x, p, names = FALSE)),
    essQuantile = each(function(p) ess_quantile(x, p, names = FALSE)),
    mcseQuantile = each(function(p) mcse_quantile(x, p, names = FALSE)),
    autocorrelation = lapply(quiet(posterior:::autocorrelation(x[, 1]))[seq_len(min(12, nrow(x)))], number),
    geweke = lapply(seq_len(ncol(x)), function(j) number(quiet(unname(geweke.diag(mcmc(x[, j]))$z))))
  )
}

bandwidths <- lapply(
  list(normal = signif(rnorm(300), 6), "two modes" = signif(c(rnorm(700), rnorm(500, 6, 0.5)), 6),
       positive = signif(rgamma(600, 1.2, 1), 6), "few values" = rep(c(1, 1, 1, 2), 20)),
  function(x) list(
    values = x,
    nrd0 = bw.nrd0(x),
    # bw.SJ counts pairs in bins that begin at multiples of their width: at the smallest draw when that is 0.
    sheatherJones = number(quiet(bw.SJ(x - min(x), tol = 1e-12 * diff(range(x))))),
    # The density by its definition at five points, with the first bandwidth.
    at = quantile(x, c(0.01, 0.2, 0.5, 0.8, 0.99), names = FALSE),
    density = sapply(quantile(x, c(0.01, 0.2, 0.5, 0.8, 0.99), names = FALSE), function(g) mean(dnorm(g, x, bw.nrd0(x))))
  )
)

writeLines(toJSON(list(
  generator = "test/oracle/diagnostics.R",
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."),
                  posterior = as.character(packageVersion("posterior")), coda = as.character(packageVersion("coda"))),
  seed = seed,
  probabilities = probabilities,
  cases = lapply(names(cases), describe),
  bandwidths = lapply(names(bandwidths), function(n) c(name = n, bandwidths[[n]]))
), digits = I(15), auto_unbox = TRUE), "test/oracle/diagnostics.json")
