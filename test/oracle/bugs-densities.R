# JAGS's own log densities (its functions logdensity.*), for the arguments as the BUGS language writes them.
# Run: Rscript bugs-densities.R > bugs-densities.json
suppressMessages({ library(rjags); load.module("glm", quiet = TRUE); load.module("mix", quiet = TRUE) })
num <- function(v) { v <- sprintf("%.17g", v); v[v == "-Inf"] <- '"-Infinity"'; v[v == "Inf"] <- '"Infinity"'; v }
arr <- function(v) paste0("[", paste(num(v), collapse = ", "), "]")
out <- character()
one <- function(name, x, ...) {
  args <- list(...)
  names(args) <- paste0("a", seq_along(args))
  text <- sprintf("model { z ~ dnorm(0, 1)\n y <- logdensity.%s(x, %s) + 0 * z }", sub("^d", "", name), paste(names(args), collapse = ", "))
  m <- jags.model(textConnection(text), data = c(list(x = x), args), quiet = TRUE, n.adapt = 0)
  y <- coda.samples(m, "y", 1, progress.bar = "none")[[1]][1]
  out <<- c(out, sprintf('{"name": "%s", "x": %s, "args": [%s], "logDensity": %s}', name, arr(x), paste(vapply(args, arr, ""), collapse = ", "), num(y)))
}
for (x in c(-0.7, 1.3)) { one("dnorm", x, 0.4, 2.5); one("dlogis", x, 0.4, 2.5); one("ddexp", x, 0.4, 2.5); one("dt", x, 0.4, 2.5, 3); one("dunif", x, -1, 4) }
for (x in c(0.2, 0.9)) { one("dlnorm", x, 0.4, 2.5); one("dgamma", x, 1.7, 2.5); one("dexp", x, 2.5); one("dchisqr", x, 3); one("dbeta", x, 1.7, 0.6); one("dweib", x, 1.7, 2.5); one("dgen.gamma", x, 1.7, 0.6, 2.5); one("dpar", x, 1.7, 0.1); one("df", x, 3, 7); one("dscaled.gamma", x, 0.8, 3) }
for (x in c(0, 1)) one("dbern", x, 0.3)
for (x in c(0, 4)) { one("dbin", x, 0.3, 9); one("dpois", x, 2.5); one("dnegbin", x, 0.3, 2.5); one("dbetabin", x, 1.7, 0.6, 9); one("dhyper", x, 6, 8, 5, 1.7) }
for (x in c(1, 3)) { one("dcat", x, c(2, 0, 3, 1)); one("dordered.logit", x, 0.4, c(-1, 0.5, 2)); one("dordered.probit", x, 0.4, c(-1, 0.5, 2)) }
one("dnormmix", 0.3, c(-1, 2), c(0.5, 3), c(0.2, 0.8))
one("dinterval", 2, 1.5, c(0, 1, 3)); one("dinterval", 1, 1, c(0, 1, 3)); one("dinterval", 0, 1.5, c(0, 1, 3))
one("dmulti", c(2, 0, 3), c(0.2, 0.3, 0.5), 5)
one("ddirch", c(0.3, 0.5, 0.2), c(2, 0.7, 1.5)); one("ddirch", c(0.3, 0, 0.7), c(2, 0, 1.5))
M <- matrix(c(2, 0.6, 0.6, 1), 2); X <- matrix(c(1.3, -0.4, -0.4, 0.8), 2)
one("dmnorm", c(0.3, -1), c(1, 2), M); one("dmnorm.vcov", c(0.3, -1), c(1, 2), M); one("dmt", c(0.3, -1), c(1, 2), M, 4)
one("dwish", X, M, 3.5); one("dscaled.wishart", X, c(0.8, 2), 3); one("dscaled.wishart", M, c(0.8, 2), 3); one("dscaled.wishart", diag(c(0.1, 7)), c(0.8, 2), 3); one("dscaled.wishart", M, c(1.4, 0.5), 5)
cat(sprintf('{"generator": "JAGS", "version": "%s", "rjags": "%s", "script": "bugs-densities.R",\n "densities": [\n  %s]}\n', jags.version(), packageVersion("rjags"), paste(out, collapse = ",\n  ")))
