# Log densities and cdfs of the scalar families, log densities of the matrix families by eigenvalues.
# Run: Rscript densities.R > densities.json
num <- function(v) { v <- sprintf("%.17g", v); v[v == "-Inf"] <- '"-Infinity"'; v }
arr <- function(v) paste0("[", paste(num(v), collapse = ", "), "]")
row <- function(family, p, x, logd, cdf)
  sprintf('{"family": "%s", "p": %s, "x": %s, "logDensity": %s, "cdf": %s}', family, arr(p), num(x), num(logd), num(cdf))
out <- character()
add <- function(family, p, xs, logd, cdf) for (x in xs) out <<- c(out, row(family, p, x, logd(x), cdf(x)))

for (p in list(c(0, 1), c(-3, 0.04), c(1e6, 1e8)))
  add("normal", p, p[1] + sqrt(p[2]) * c(-30, -3, -0.2, 0, 1, 8), function(x) dnorm(x, p[1], sqrt(p[2]), log = TRUE), function(x) pnorm(x, p[1], sqrt(p[2])))
for (p in list(c(2, 100), c(0.001, 0.001), c(0.5, 2), c(80.5, 1234)))
  add("inverseGamma", p, p[2] / p[1] * c(0.01, 0.3, 0.9, 1, 1.1, 4, 1e3),
      function(x) dgamma(1 / x, p[1], rate = p[2], log = TRUE) - 2 * log(x), function(x) pgamma(1 / x, p[1], rate = p[2], lower.tail = FALSE))
for (p in list(c(3, 2.5), c(1, 1), c(0.5, 10), c(30, 0.1), c(1e4, 1)))
  add("halfT", p, p[2] * c(1e-6, 0.1, 1, 2, 7, 1e3), function(x) log(2) + dt(x / p[2], p[1], log = TRUE) - log(p[2]),
      function(x) if (x < p[2]) pbeta((x / p[2])^2 / (p[1] + (x / p[2])^2), 0.5, p[1] / 2) else 1 - 2 * pt(-x / p[2], p[1]))
for (s in c(1, 25)) add("halfCauchy", s, s * c(1e-6, 0.1, 1, 7, 1e6), function(x) log(2) + dcauchy(x, 0, s, log = TRUE), function(x) pf((x / s)^2, 1, 1))
for (s in c(1, 0.02)) add("halfNormal", s, s * c(1e-6, 0.1, 1, 5), function(x) log(2) + dnorm(x, 0, s, log = TRUE), function(x) pgamma((x / s)^2 / 2, 0.5))
for (r in c(1, 30)) add("exponential", r, c(0, 0.1, 1, 5) / r, function(x) dexp(x, r, log = TRUE), function(x) pexp(x, r))
add("uniform", c(-2, 6), c(-3, -2, 0, 5.5, 6, 7), function(x) dunif(x, -2, 6, log = TRUE), function(x) punif(x, -2, 6))

set.seed(20)
matrices <- character()
spd <- function(q) { a <- matrix(rnorm(q * (q + 2)), q); tcrossprod(a) }
logdet <- function(m) sum(log(eigen(m, symmetric = TRUE, only.values = TRUE)$values))
for (q in 1:4) for (k in 1:2) {
  s <- spd(q); x <- spd(q) / 3; df <- q - 1 + c(0.7, 6.3)[k]
  e <- eigen(solve(x) %*% s, only.values = TRUE)$values
  lgq <- q * (q - 1) / 4 * log(pi) + sum(lgamma(df / 2 + (1 - 1:q) / 2))
  iw <- df / 2 * logdet(s) - df * q / 2 * log(2) - lgq - (df + q + 1) / 2 * logdet(x) - sum(Re(e)) / 2
  m <- rnorm(q); v <- rnorm(q)
  b <- eigen(x, symmetric = TRUE)
  z <- crossprod(b$vectors, v - m) / sqrt(b$values)
  mvn <- sum(dnorm(z, log = TRUE) - log(b$values) / 2)
  matrices <- c(matrices,
    sprintf('{"family": "inverseWishart", "q": %d, "p": %s, "x": %s, "logDensity": %s}', q, arr(c(df, s)), arr(x), num(iw)),
    sprintf('{"family": "multivariateNormal", "q": %d, "p": %s, "x": %s, "logDensity": %s}', q, arr(c(m, x)), arr(v), num(mvn)))
}
cat(sprintf('{"generator": "R", "version": "%s.%s", "script": "densities.R", "seed": 20,\n "scalar": [\n  %s],\n "matrix": [\n  %s]}\n',
  R.version$major, R.version$minor, paste(out, collapse = ",\n  "), paste(matrices, collapse = ",\n  ")))
