# Power-scaling sensitivities from the published formulas, written independently of the library under test:
# Kallioinen, Paananen, Burkner & Vehtari (2024), Statistics and Computing 34, 57. Weights by R's loo.
# Rscript power-scaling.R > power-scaling.json
suppressPackageStartupMessages({library(loo); library(jsonlite)})
seed <- 20261121; set.seed(seed)
chains <- 4; n <- 150

# Cumulative Jensen-Shannon distance by integrating step functions, piece by piece.
cjs_one_way <- function(x, w) {
  knots <- sort(unique(x))
  P <- ecdf(x); Q <- function(at) sapply(at, function(a) sum(w[x <= a]))
  left <- head(knots, -1); d <- diff(knots); p <- P(left); q <- Q(left)
  term <- function(a, b) ifelse(a > 0, a * log(2 * a / (a + b), base = 2), 0)
  pq <- sum(d * term(p, q)) + (sum(d * q) - sum(d * p)) / (2 * log(2))
  qp <- sum(d * term(q, p)) + (sum(d * p) - sum(d * q)) / (2 * log(2))
  sqrt(max(0, pq + qp) / (sum(d * p) + sum(d * q)))
}
# The larger of x and -x. A step function of -x is continuous from the other side, which has measure zero.
cjs <- function(x, w) max(cjs_one_way(x, w), cjs_one_way(-x, w))

ar <- function(phi) unlist(lapply(seq_len(chains), function(c) as.numeric(arima.sim(list(ar = phi), n, sd = sqrt(1 - phi^2)))))
draws <- list(location = 2 + 0.5 * ar(0.3), scale = exp(0.4 * ar(0.6)), free = ar(0.1))
log_prior <- dnorm(draws$location, 0, 1, log = TRUE) + dexp(draws$scale, 2, log = TRUE)
log_lik <- dnorm(2.6, draws$location, 0.3 * draws$scale, log = TRUE) + dnorm(1.1, draws$location, draws$scale, log = TRUE)
chain_id <- rep(seq_len(chains), each = n)

weights_of <- function(component, alpha) {
  lr <- (alpha - 1) * component
  r <- relative_eff(exp(matrix(lr - max(lr), ncol = 1)), chain_id = chain_id)
  fit <- psis(matrix(lr, ncol = 1), r_eff = r)
  list(w = as.numeric(weights(fit, log = FALSE, normalize = TRUE)), k = as.numeric(pareto_k_values(fit)))
}
alphas <- c(0.99, 1.01)
sensitivity <- function(component) {
  ws <- lapply(alphas, weights_of, component = component)
  list(value = sapply(draws, function(x) sum(sapply(ws, function(w) cjs(x, w$w))) / (log2(alphas[2]) - log2(alphas[1]))),
       k = sapply(ws, `[[`, "k"))
}
some <- rexp(60); some_w <- rgamma(60, 2); some_w <- some_w / sum(some_w)
out <- list(
  generator = paste("R", getRversion(), "loo", packageVersion("loo")), seed = seed, chains = chains,
  draws = draws, logPrior = log_prior, logLikelihood = log_lik,
  prior = sensitivity(log_prior), likelihood = sensitivity(log_lik),
  distance = list(x = some, weights = some_w, value = cjs(some, some_w)),
  # Normal(0, 1) against Normal(delta, 1) by quadrature: what n draws at the quantiles and their exact weights approach.
  normal = local({
    delta <- 0.2; n <- 20000; lo <- qnorm(0.5 / n); hi <- -lo
    one <- function(P, Q) {
      f <- function(x) { p <- P(x); q <- Q(x); m <- (p + q) / 2; ifelse(p > 0, p * log2(p / m), 0) + ifelse(q > 0, q * log2(q / m), 0) }
      c(integrate(f, lo, hi, rel.tol = 1e-10, subdivisions = 2000)$value,
        integrate(function(x) P(x) + Q(x), lo, hi, rel.tol = 1e-10, subdivisions = 2000)$value)
    }
    a <- one(function(x) pnorm(x), function(x) pnorm(x, delta))
    b <- one(function(x) pnorm(x, lower.tail = FALSE), function(x) pnorm(x, delta, lower.tail = FALSE))
    list(delta = delta, n = n, value = max(sqrt(a[1] / a[2]), sqrt(b[1] / b[2])))
  }))
cat(toJSON(out, digits = NA, auto_unbox = TRUE))
