# Fixtures for PSIS-LOO, WAIC and model comparison: log likelihoods, and what R's loo says of them.
#   Rscript test/oracle/predictive-fit.R   (from the root of the project; writes test/oracle/predictive-fit.json)
suppressMessages({
  library(loo)
  library(jsonlite)
})
seed <- 20240725
set.seed(seed, kind = "Mersenne-Twister", normal.kind = "Inversion", sample.kind = "Rejection")
quiet <- function(expr) suppressWarnings(suppressMessages(expr))
number <- function(x) if (is.na(x)) "NaN" else if (is.infinite(x)) (if (x > 0) "Inf" else "-Inf") else x
numbers <- function(x) unname(lapply(x, number))
ar1 <- function(n, phi) if (phi == 0) rnorm(n) else as.numeric(arima.sim(list(ar = phi), n, sd = sqrt(1 - phi^2)))

# A normal sample with an outlier; draws of mean and log sd, autocorrelated, chain after chain.
y <- signif(c(rnorm(10), 4, -7), 5)
normal_model <- function(chains, length, phi, scale = 1) {
  mu <- unlist(lapply(seq_len(chains), function(c) mean(y) + scale * sd(y) / sqrt(12) * ar1(length, phi)))
  sigma <- exp(log(sd(y)) + unlist(lapply(seq_len(chains), function(c) scale * 0.2 * ar1(length, phi))))
  list(chains = chains, ll = sapply(y, function(one) dnorm(one, mu, sigma, log = TRUE)),
       yrep = sapply(y, function(one) signif(rnorm(chains * length, mu, sigma), 5)))
}
cases <- list(
  "normal, 4 chains" = normal_model(4, 60, 0),
  "normal, AR(1) 0.8, 2 chains" = normal_model(2, 120, 0.8),
  "normal, AR(1) -0.5, 1 chain" = normal_model(1, 201, -0.5),
  "too wide a posterior" = normal_model(2, 90, 0, 4),
  "20 draws: tails of 4" = normal_model(1, 20, 0),
  "25 draws: tails of 5" = normal_model(1, 25, 0),
  "few values" = local({ m <- normal_model(2, 60, 0); m$ll[, 1:4] <- round(m$ll[, 1:4], 1); m$ll[, 5] <- -1.25; m })
)
cases <- lapply(cases, function(case) { case$ll <- signif(case$ll, 6); case })

# The Monte Carlo error by the log-normal approximation (loo has it since 2.6).
mcse <- function(ll, lw, elpd, r_eff) sqrt(sum(sapply(seq_len(ncol(ll)), function(i) {
  p <- exp(elpd[i])
  log1p(sum(exp(lw[, i])^2 * (exp(ll[, i]) - p)^2) / p^2 / r_eff[i])
})))
describe <- function(name) {
  case <- cases[[name]]
  ll <- case$ll
  id <- rep(seq_len(case$chains), each = nrow(ll) / case$chains)
  r_eff <- quiet(relative_eff(exp(ll), chain_id = id))
  # Of a likelihood that does not vary loo estimates rounding errors.
  r_eff[apply(ll, 2, function(one) min(one) == max(one))] <- 1
  fit <- quiet(loo(ll, r_eff = r_eff, save_psis = TRUE))
  lw <- weights(fit$psis_object, normalize = TRUE)
  w <- quiet(waic(ll))
  pit <- sapply(seq_along(y), function(i) sum(exp(lw[case$yrep[, i] <= y[i], i])))
  list(
    name = name, chains = case$chains, logLikelihood = lapply(seq_along(y), function(i) ll[, i]),
    replicated = if (name == names(cases)[1]) lapply(seq_along(y), function(i) case$yrep[, i]) else list(),
    relativeEfficiency = numbers(r_eff), paretoK = numbers(fit$diagnostics$pareto_k), ess = numbers(fit$diagnostics$n_eff),
    elpd = numbers(fit$pointwise[, "elpd_loo"]), parameters = numbers(fit$pointwise[, "p_loo"]),
    estimates = numbers(t(fit$estimates)), mcse = number(mcse(ll, lw, fit$pointwise[, "elpd_loo"], r_eff)),
    logWeights = numbers(lw[, 12]), pit = numbers(pit),
    waic = numbers(t(w$estimates)), waicElpd = numbers(w$pointwise[, "elpd_waic"])
  )
}
compared <- local({
  lls <- list(a = cases[[1]]$ll, b = cases[[1]]$ll + 0.1 * seq(-1, 0.5, length.out = 12)[col(cases[[1]]$ll)], c = 1.2 * cases[[1]]$ll)
  lls <- lapply(lls, signif, 7)
  loos <- lapply(lls, function(ll) quiet(loo(ll, r_eff = rep(1, 12))))
  table <- loo_compare(loos)
  list(logLikelihoods = lapply(lls, function(ll) lapply(1:12, function(i) ll[, i])), order = rownames(table),
       elpdDifference = numbers(table[, "elpd_diff"]), seDifference = numbers(table[, "se_diff"]))
})
exceedances <- sort(signif(c(rexp(40)^1.5, 30), 6))
gpd <- function(wip) { f <- loo::gpdfit(exceedances, wip = wip, sort_x = FALSE); c(f$k, f$sigma) }

writeLines(toJSON(list(
  generator = "test/oracle/predictive-fit.R",
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), loo = as.character(packageVersion("loo"))),
  seed = seed, y = y, cases = lapply(names(cases), describe), compared = compared,
  generalizedPareto = list(exceedances = exceedances, shape = gpd(TRUE)[1], scale = gpd(TRUE)[2])
), digits = I(15), auto_unbox = TRUE), "test/oracle/predictive-fit.json")
