# Log densities, cdfs and survival functions of the families of the BUGS language, by R's own functions where it has them, and
# log densities of vectors and matrices by eigenvalues. Fisher's noncentral hypergeometric is MCMCpack's.
# Run: Rscript densities-bugs.R > densities-bugs.json
suppressPackageStartupMessages(library(MCMCpack))
num <- function(v) { v <- sprintf("%.17g", v); v[v == "-Inf"] <- '"-Infinity"'; v[v == "Inf"] <- '"Infinity"'; v }
arr <- function(v) paste0("[", paste(num(v), collapse = ", "), "]")
out <- character()
add <- function(family, p, xs, logd, cdf, sur) for (x in xs)
  out <<- c(out, sprintf('{"family": "%s", "p": %s, "x": %s, "logDensity": %s, "cdf": %s, "survival": %s}', family, arr(p), num(x), num(logd(x)), num(cdf(x)), num(sur(x))))
# Quantiles far out in both tails, and points outside.
Q <- c(1e-12, 0.01, 0.4, 0.9, 1 - 1e-9)
by <- function(family, p, q, d, pf, ..., extra = numeric()) add(family, p, c(q(Q, ...), extra),
  function(x) d(x, ..., log = TRUE), function(x) pf(x, ...), function(x) pf(x, ..., lower.tail = FALSE))

for (p in list(c(0.3, 2), c(1, 0.1), c(7.5, 3), c(900, 2))) by("gamma", p, qgamma, dgamma, pgamma, shape = p[1], rate = p[2], extra = c(-1, 0))
for (p in c(0.5, 3, 40)) by("chiSquared", p, qchisq, dchisq, pchisq, df = p)
for (p in list(c(0, 1), c(-2, 6.25))) by("lognormal", p, qlnorm, dlnorm, plnorm, meanlog = p[1], sdlog = sqrt(p[2]), extra = c(-1, 0))
for (p in list(c(0, 1), c(5, 0.2))) by("logistic", p, qlogis, dlogis, plogis, location = p[1], scale = p[2])
for (p in list(c(0, 1, 0.6), c(-3, 2, 4), c(1, 0.1, 300))) add("studentT", p, p[1] + p[2] * c(-1e3, -4, -0.3, 0, 2, 30),
  function(x) dt((x - p[1]) / p[2], p[3], log = TRUE) - log(p[2]), function(x) pt((x - p[1]) / p[2], p[3]), function(x) pt((x - p[1]) / p[2], p[3], lower.tail = FALSE))
for (p in list(c(0.7, 2), c(1, 3), c(4, 0.01))) by("weibull", p, qweibull, dweibull, pweibull, shape = p[1], scale = p[2]^(-1 / p[1]), extra = -1)
for (p in list(c(0.5, 0.5), c(2, 3), c(1, 1), c(300, 40), c(0.05, 6))) by("beta", p, qbeta, dbeta, pbeta, shape1 = p[1], shape2 = p[2], extra = c(-0.5, 1.5))
for (p in list(c(1, 1), c(5, 8), c(40, 3))) by("fDistribution", p, qf, df, pf, df1 = p[1], df2 = p[2], extra = -1)
for (p in list(c(0, 1), c(2, 0.25))) add("doubleExponential", p, p[1] + p[2] * c(-60, -2, 0, 0.5, 40),
  function(x) -abs(x - p[1]) / p[2] - log(2 * p[2]), function(x) { z <- (x - p[1]) / p[2]; if (z < 0) exp(z) / 2 else 1 - exp(-z) / 2 },
  function(x) { z <- (p[1] - x) / p[2]; if (z < 0) exp(z) / 2 else 1 - exp(-z) / 2 })
for (p in list(c(2, 0.3, 1.5), c(0.4, 5, 0.7))) { y <- qgamma(Q, p[1])^(1 / p[3]) / p[2]
  add("generalizedGamma", p, y, function(x) dgamma((p[2] * x)^p[3], p[1], log = TRUE) + log(p[3]) + p[3] * log(p[2]) + (p[3] - 1) * log(x),
    function(x) pgamma((p[2] * x)^p[3], p[1]), function(x) pgamma((p[2] * x)^p[3], p[1], lower.tail = FALSE)) }
for (p in list(c(1.5, 2), c(0.2, 1e-3))) add("pareto", p, p[2] * c(0.5, 1, 1.01, 3, 1e6), function(x) if (x < p[2]) -Inf else log(p[1]) + p[1] * log(p[2]) - (p[1] + 1) * log(x),
  function(x) if (x < p[2]) 0 else pexp(log(x / p[2]), p[1]), function(x) if (x < p[2]) 1 else pexp(log(x / p[2]), p[1], lower.tail = FALSE))
# The sd 1 / sqrt(x) is half-t.
for (p in list(c(2, 3), c(0.1, 1))) add("scaledGamma", p, p[1]^-2 * c(1e-6, 0.2, 1, 5, 1e4),
  function(x) log(2) + dt(1 / sqrt(x) / p[1], p[2], log = TRUE) - log(p[1]) - log(2) - 1.5 * log(x),
  function(x) 2 * pt(1 / sqrt(x) / p[1], p[2], lower.tail = FALSE), function(x) pbeta(1 / (1 + x * p[1]^2 * p[2]), 0.5, p[2] / 2))

for (p in c(0, 0.3, 1)) add("bernoulli", p, c(-1, 0, 0.5, 1, 2), function(x) if (x %in% 0:1) dbinom(x, 1, p, log = TRUE) else -Inf, function(x) pbinom(x, 1, p), function(x) pbinom(x, 1, p, lower.tail = FALSE))
for (p in list(c(0, 0.5), c(1, 0.2), c(12, 0.35), c(12, 0), c(12, 1), c(400, 0.97), c(1e6, 0.3))) add("binomial", p, unique(round(c(-1, 0, p[1] * p[2] * c(0.5, 0.9, 1, 1.02), p[1], p[1] + 1))),
  function(x) dbinom(x, p[1], p[2], log = TRUE), function(x) pbinom(x, p[1], p[2]), function(x) pbinom(x, p[1], p[2], lower.tail = FALSE))
for (p in c(0, 0.02, 3, 250, 1e7)) add("poisson", p, unique(round(c(-1, 0, 1, p * c(0.9, 1, 1.1), p + 12))), function(x) dpois(x, p, log = TRUE), function(x) ppois(x, p), function(x) ppois(x, p, lower.tail = FALSE))
for (p in list(c(0.3, 2.5), c(0.9, 0.01), c(1, 3), c(0.01, 40))) { m <- p[2] * (1 - p[1]) / p[1]
  add("negativeBinomial", p, unique(round(c(-1, 0, 1, m, 2 * m + 3))), function(x) dnbinom(x, p[2], p[1], log = TRUE), function(x) pnbinom(x, p[2], p[1]), function(x) pnbinom(x, p[2], p[1], lower.tail = FALSE)) }
for (p in c(0.2, 0.999, 1e-4)) add("geometric", p, c(-1, 0, 1, 30), function(x) dgeom(x, p, log = TRUE), function(x) pgeom(x, p), function(x) pgeom(x, p, lower.tail = FALSE))
for (p in list(c(10, 7, 8), c(3, 400, 50), c(60, 5, 40))) { xs <- max(0, p[3] - p[2]):min(p[1], p[3])
  add("hypergeometric", c(p, 1), unique(c(xs[1] - 1, xs[c(1, 2, length(xs) %/% 2 + 1, length(xs))], max(xs) + 1)), function(x) if (x < 0) -Inf else dhyper(x, p[1], p[2], p[3], log = TRUE), function(x) phyper(x, p[1], p[2], p[3]), function(x) phyper(x, p[1], p[2], p[3], lower.tail = FALSE))
  for (psi in c(0.2, 3)) { d <- dnoncenhypergeom(NA, p[1], p[2], p[3], psi)
    add("hypergeometric", c(p, psi), xs[c(1, 2, length(xs) %/% 2 + 1, length(xs))], function(x) log(d[d[, 1] == x, 2]), function(x) sum(d[d[, 1] <= x, 2]), function(x) sum(d[d[, 1] > x, 2])) } }
for (p in list(c(2, 3, 10), c(0.3, 0.2, 25), c(40, 900, 300))) { k <- 0:p[3]; m <- exp(lchoose(p[3], k) + lbeta(p[1] + k, p[2] + p[3] - k) - lbeta(p[1], p[2]))
  add("betaBinomial", p, unique(round(c(-1, 0, 1, p[3] * c(0.1, 0.5), p[3], p[3] + 1))), function(x) if (x < 0 || x > p[3]) -Inf else log(m[x + 1]), function(x) sum(m[k <= x]), function(x) sum(m[k > x])) }
add("discreteUniform", c(-2, 5), c(-3, -2, 0, 5, 6), function(x) if (x < -2 || x > 5) -Inf else -log(8), function(x) min(1, max(0, (x + 3) / 8)), function(x) min(1, max(0, (5 - x) / 8)))
w <- c(2, 0, 5, 1)
add("categorical", w, 0:5, function(x) if (x < 1 || x > 4) -Inf else log(w[x] / 8), function(x) sum(w[seq_along(w) <= x]) / 8, function(x) sum(w[seq_along(w) > x]) / 8)
cuts <- c(-1, 0.5, 3)
for (m in c(0.4, -6)) { add("orderedLogit", c(m, cuts), 0:5, function(x) if (x < 1 || x > 4) -Inf else log(diff(c(0, plogis(cuts - m), 1))[x]), function(x) c(0, plogis(cuts - m), 1, 1)[x + 1], function(x) c(1, plogis(m - cuts), 0, 0)[x + 1])
  add("orderedProbit", c(m, cuts), 0:5, function(x) if (x < 1 || x > 4) -Inf else log(if (m < 0) diff(c(0, pnorm(cuts - m), 1))[x] * 0 + diff(-c(1, pnorm(cuts - m, lower.tail = FALSE), 0))[x] else diff(c(0, pnorm(cuts - m), 1))[x]), function(x) c(0, pnorm(cuts - m), 1, 1)[x + 1], function(x) c(1, pnorm(m - cuts), 0, 0)[x + 1]) }
mix <- list(c(-1, 4, 0), c(0.5, 2, 9), c(3, 1, 2))
add("normalMixture", unlist(mix), c(-30, -1, 0.5, 20), function(x) log(sum(mix[[3]] / 6 * dnorm(x, mix[[1]], sqrt(mix[[2]])))), function(x) sum(mix[[3]] / 6 * pnorm(x, mix[[1]], sqrt(mix[[2]]))), function(x) sum(mix[[3]] / 6 * pnorm(x, mix[[1]], sqrt(mix[[2]]), lower.tail = FALSE)))

set.seed(21)
vectors <- character()
put <- function(family, q, p, x, logd) vectors <<- c(vectors, sprintf('{"family": "%s", "q": %d, "p": %s, "x": %s, "logDensity": %s}', family, q, arr(p), arr(x), num(logd)))
spd <- function(q) { a <- matrix(rnorm(q * (q + 2)), q); tcrossprod(a) }
logdet <- function(m) sum(log(eigen(m, symmetric = TRUE, only.values = TRUE)$values))
for (q in 1:4) for (k in 1:2) {
  s <- spd(q); x <- spd(q) / 3; df <- q - 1 + c(0.7, 6.3)[k]
  lgq <- q * (q - 1) / 4 * log(pi) + sum(lgamma(df / 2 + (1 - 1:q) / 2))
  put("wishart", q, c(df, s), x, (df - q - 1) / 2 * logdet(x) - df * q / 2 * log(2) - df / 2 * logdet(s) - lgq - sum(diag(solve(s, x))) / 2)
  m <- rnorm(q); v <- rnorm(q); b <- eigen(s, symmetric = TRUE); z <- crossprod(b$vectors, v - m) / sqrt(b$values)
  put("multivariateT", q, c(m, s, df), v, lgamma((df + q) / 2) - lgamma(df / 2) - q / 2 * log(df * pi) - sum(log(b$values)) / 2 - (df + q) / 2 * log1p(sum(z^2) / df))
  a <- rexp(q + 1); y <- rgamma(q + 1, 2); y <- y / sum(y)
  put("dirichlet", q + 1, a, y, lgamma(sum(a)) - sum(lgamma(a)) + sum((a - 1) * log(y)))
  n <- c(0, 3, 50)[k + 1]; y <- rmultinom(1, n, a)
  put("multinomial", q + 1, c(n, a), y, dmultinom(y, prob = a, log = TRUE))
}
put("multinomial", 3L, c(5, 1, 0, 2), c(2, 0, 3), dmultinom(c(2, 3), prob = c(1, 2), log = TRUE))
put("multinomial", 3L, c(5, 1, 0, 2), c(2, 1, 2), -Inf)
put("dirichlet", 3L, c(2, 0, 0.5), c(0.3, 0, 0.7), dbeta(0.3, 2, 0.5, log = TRUE))
# One correlation: 2 Beta(eta, eta) - 1; three: the normaliser by integrating |R|^(eta - 1).
for (eta in c(0.5, 1, 4)) put("lkj", 2L, eta, c(1, -0.3, -0.3, 1), dbeta(0.35, eta, eta, log = TRUE) - log(2))
cat(sprintf('{"generator": "R", "version": "%s.%s", "MCMCpack": "%s", "script": "densities-bugs.R", "seed": 21,\n "scalar": [\n  %s],\n "matrix": [\n  %s]}\n',
  R.version$major, R.version$minor, packageVersion("MCMCpack"), paste(out, collapse = ",\n  "), paste(vectors, collapse = ",\n  ")))
