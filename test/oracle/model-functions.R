# Reference values of the functions of the model language. Run: Rscript model-functions.R > model-functions.json
# Scalars from R (its qlogis loses figures near 1/2, hence the atanh); array functions from JAGS itself (rjags, modules basemod, bugs, msm).
suppressMessages(library(rjags)); load.module("msm", quiet = TRUE)
num <- function(x) ifelse(is.finite(x), sprintf("%.17g", x), ifelse(is.nan(x), '"NaN"', ifelse(x > 0, '"Inf"', '"-Inf"')))
vec <- function(x) paste0("[", paste(num(x), collapse = ", "), "]")
x <- c(-37.4, -30, -20.123, -12.5, -8.2, -5.1, -3, -1.2, -0.9, -0.3, -1e-5, 0, 1e-9, 0.2, 0.7, 1, 1.7, 2.9, 5.5, 8)
p <- c(1e-300, 1e-20, 1e-8, 0.001, 0.02, 0.2, 0.249, 0.25, 0.4999999, 0.5, 0.50001, 0.74, 0.76, 0.9, 0.999, 1 - 1e-9)
pos <- c(1e-10, 0.01, 0.3, 0.999, 1, 1.5, 2, 2.0001, 3.7, 10, 33.3, 171, 500, 1e6)
one <- c(-0.999, -0.5, -1e-4, 0, 0.1, 0.77, 0.9999)
scalar <- list(
  phi = list(x, pnorm(x)), ilogit = list(c(x, -700, 700), plogis(c(x, -700, 700))), icloglog = list(x[x < 3], -expm1(-exp(x[x < 3]))),
  probit = list(p, qnorm(p)), logit = list(p, ifelse(abs(p - 0.5) < 0.25, 2 * atanh(2 * p - 1), qlogis(p))), cloglog = list(p, log(-log1p(-p))),
  loggam = list(pos, lgamma(pos)), logfact = list(pos, lgamma(pos + 1)), exp = list(x, exp(x)), log = list(pos, log(pos)), sqrt = list(pos, sqrt(pos)),
  sin = list(x, sin(x)), cos = list(x, cos(x)), tan = list(x, tan(x)), sinh = list(x, sinh(x)), cosh = list(x, cosh(x)), tanh = list(x, tanh(x)),
  arcsin = list(one, asin(one)), arccos = list(one, acos(one)), arctan = list(x, atan(x)),
  arcsinh = list(x, asinh(x)), arccosh = list(1 + pos, acosh(1 + pos)), arctanh = list(one, atanh(one)))
scalars <- paste0('  "', names(scalar), '": {"x": ', sapply(scalar, function(s) vec(s[[1]])), ', "y": ', sapply(scalar, function(s) vec(s[[2]])), "}", collapse = ",\n")

jags <- function(expression, data) {
  m <- jags.model(textConnection(paste0("model {\n z ~ dnorm(0, 1)\n result <- ", expression, "\n}")), data = data, quiet = TRUE)
  drawn <- jags.samples(m, "result", 1, progress.bar = "none")$result
  list(dims = if (length(dim(drawn)) == 3) dim(drawn)[1] else dim(drawn)[1:2], values = as.vector(unclass(drawn)))
}
S <- matrix(c(2, 0.3, -0.4, 0.3, 1.5, 0.2, -0.4, 0.2, 3), 3)
Q <- matrix(c(-3, 1, 0.5, 2, -1.5, 4, 1, 0.5, -4.5), 3)
cases <- list(
  list("mexp(a)", list(a = Q)), list("mexp(a)", list(a = 10 * Q)), list("mexp(a)", list(a = matrix(c(0, -2, 2, 0), 2))),
  list("inverse(a)", list(a = S)), list("logdet(a)", list(a = S)), list("a %*% b", list(a = S, b = Q)),
  list("a %*% b", list(a = c(1, -2, 0.5), b = Q)), list("a %*% b", list(a = Q, b = c(1, -2, 0.5))), list("a %*% b", list(a = c(1, -2, 0.5), b = c(3, 1, 4))),
  list("t(a)", list(a = Q[, 1:2])), list("inprod(a, b)", list(a = c(1, -2, 0.5), b = c(3, 1, 4))),
  list("rank(a)", list(a = c(3, 1, 3, 2, 1))), list("order(a)", list(a = c(3, 1, 3, 2, 1))), list("sort(a)", list(a = c(3, 1, 3, 2, -1))),
  list("mean(a)", list(a = Q)), list("sd(a)", list(a = c(1e6 + 0.1, 1e6 + 0.4, 1e6 - 0.7))), list("sum(a, b)", list(a = Q, b = 4)), list("prod(a, b)", list(a = Q, b = 4)),
  list("max(a, b)", list(a = Q, b = 4)), list("min(a, b)", list(a = Q, b = 4)), list("c(a, b)", list(a = Q, b = 4)),
  list("rep(a, 3)", list(a = c(1, 5))), list("rep(a, b)", list(a = c(7, 8, 9), b = c(2, 0, 1))), list("length(a)", list(a = Q)), list("dim(a)", list(a = Q[1:2, ])),
  list("interp.lin(0.5, a, b)", list(a = c(1, 2, 4), b = c(1, 4, 9))), list("interp.lin(3.2, a, b)", list(a = c(1, 2, 4), b = c(1, 4, 9))),
  list("interp.lin(2, a, b)", list(a = c(1, 2, 4), b = c(1, 4, 9))), list("interp.lin(4, a, b)", list(a = c(1, 2, 4), b = c(1, 4, 9))), list("interp.lin(7, a, b)", list(a = c(1, 2, 4), b = c(1, 4, 9))),
  list("round(a)", list(a = c(-2.5, -0.2, 0.5, 1.5, 2.5, 2.4))), list("trunc(a)", list(a = c(-2.5, -0.2, 0.5, 2.9))), list("step(a)", list(a = c(-1, 0, 2))),
  list("a + b", list(a = Q, b = 2)), list("a - b", list(a = 1, b = c(1, 2))), list("-a", list(a = c(1, 2))), list("a / b", list(a = c(1, 2), b = c(3, 7))), list("a ^ b", list(a = c(2, 0, 4), b = c(-1, 0, 0.5))),
  list("a < b", list(a = c(1, 2, 3), b = 2)), list("a >= b", list(a = c(1, 2, 3), b = 2)), list("a == b", list(a = c(1, 2, 3), b = 2)), list("a != b", list(a = c(1, 2, 3), b = 2)),
  list("a && b", list(a = c(0, 2, 0.5), b = 1)), list("a || b", list(a = c(0, 2, 0.5), b = 0)), list("equals(a, b)", list(a = c(1, 2), b = 2)), list("ifelse(a, b, 7)", list(a = c(0, 1, 2), b = c(4, 5, 6))), list("abs(a)", list(a = c(-1.5, 2))),
  list("a:b", list(a = -1, b = 3)))
calls <- c("dnorm(a, 1, 4)", "pnorm(a, 1, 4)", "logdensity.norm(a, 1, 4)", "pt(a, 0.5, 2, 4)", "dt(a, 0.5, 2, 4)", "pgamma(a, 2, 3)", "dgamma(a, 2, 3)", "pexp(a, 2)", "dexp(a, 2)", "pbeta(a, 2, 3)", "dbeta(a, 2, 3)",
  "plnorm(a, 0, 2)", "dlnorm(a, 0, 2)", "plogis(a, 0, 2)", "dlogis(a, 0, 2)", "pdexp(a, 0, 2)", "ddexp(a, 0, 2)", "pweib(a, 2, 3)", "dweib(a, 2, 3)", "pchisqr(a, 3)", "dchisqr(a, 3)", "pf(a, 2, 3)", "df(a, 2, 3)",
  "ppar(a, 2, 0.2)", "dpar(a, 2, 0.2)", "pgen.gamma(a, 2, 3, 1.5)", "dgen.gamma(a, 2, 3, 1.5)", "qnorm(a, 1, 4)", "qt(a, 0.5, 2, 4)", "qgamma(a, 2, 3)", "qexp(a, 2)", "qbeta(a, 2, 3)", "qlnorm(a, 0, 2)", "qlogis(a, 0, 2)", "qdexp(a, 0, 2)",
  "qweib(a, 2, 3)", "qchisqr(a, 3)", "qf(a, 2, 3)", "qpar(a, 2, 0.2)", "qgen.gamma(a, 2, 3, 1.5)", "qbin(a, 0.3, 5)", "qpois(a, 3)", "qnegbin(a, 0.3, 4)", "logdensity.unif(a, 0, 2)")
cases <- c(cases, lapply(calls, function(call) list(call, list(a = c(0.3, 0.45, 0.9)))))
counts <- c("dbin(a, 0.3, 5)", "pbin(a, 0.3, 5)", "dpois(a, 3)", "ppois(a, 3)", "dnegbin(a, 0.3, 4)", "pnegbin(a, 0.3, 4)", "dhyper(a, 5, 6, 4, 1.5)", "phyper(a, 5, 6, 4, 1.5)")
cases <- c(cases, lapply(counts, function(call) list(call, list(a = c(0, 2, 4)))))
cases <- c(cases, list(list("pow(a, b)", list(a = 3, b = 4))))
one_case <- function(case) {
  found <- jags(case[[1]], case[[2]])
  data <- paste0('"', names(case[[2]]), '": {"dims": ', sapply(case[[2]], function(d) vec(if (is.null(dim(d))) length(d) else dim(d))), ', "values": ', sapply(case[[2]], function(d) vec(as.vector(d))), "}", collapse = ", ")
  sprintf('  {"expression": "%s", "data": {%s}, "dims": %s, "values": %s}', case[[1]], data, vec(found$dims), vec(found$values))
}
cat(sprintf('{"generator": "R and JAGS", "version": "%s.%s, %s", "script": "model-functions.R", "seed": null,\n "scalar": {\n%s},\n "array": [\n%s]}\n',
  R.version$major, R.version$minor, as.character(jags.version()), scalars, paste(sapply(cases, one_case), collapse = ",\n")))
