# Kenward and Roger's adjustment for models with residual structures, by dense matrices: estimates of nlme (of nlminb for a
# Toeplitz matrix), derivatives of V by Richardson's extrapolation of central differences, formulas of Kenward & Roger
# (1997). Run in this folder: Rscript kenward-roger-structures.R
suppressMessages({
  library(nlme)
  library(jsonlite)
})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = FALSE)
tight <- lmeControl(tolerance = 1e-10, msTol = 1e-12, msMaxIter = 500, maxIter = 200, niterEM = 100, msMaxEval = 2000)
tightGls <- glsControl(tolerance = 1e-10, msTol = 1e-12, msMaxIter = 500, maxIter = 200)

richardson <- function(f, h) {
  a <- f(h); b <- f(h / 2); c <- f(h / 4)
  ab <- (4 * b - a) / 3; bc <- (4 * c - b) / 3
  (16 * bc - ab) / 15
}
derivative <- function(V, eta, i) {
  step <- function(h) { e <- replace(numeric(length(eta)), i, h); (V(eta + e) - V(eta - e)) / (2 * h) }
  richardson(step, 0.02 * max(abs(eta[i]), 0.1))
}
curvature <- function(V, eta, i, j) {
  si <- 0.02 * max(abs(eta[i]), 0.1); sj <- 0.02 * max(abs(eta[j]), 0.1)
  richardson(function(t) {
    ei <- replace(numeric(length(eta)), i, t * si); ej <- replace(numeric(length(eta)), j, t * sj)
    (V(eta + ei + ej) - V(eta + ei - ej) - V(eta - ei + ej) + V(eta - ei - ej)) / (4 * t^2 * si * sj)
  }, 1)
}
trace <- function(m) sum(diag(m))
adjust <- function(X, y, V, eta, information) {
  k <- length(eta); inverse <- solve(V(eta)); phi <- solve(t(X) %*% inverse %*% X)
  P <- inverse - inverse %*% X %*% phi %*% t(X) %*% inverse
  first <- lapply(seq_len(k), function(i) derivative(V, eta, i))
  second <- lapply(seq_len(k), function(i) lapply(seq_len(k), function(j) curvature(V, eta, i, j)))
  p <- lapply(first, function(d) -t(X) %*% inverse %*% d %*% inverse %*% X)
  info <- outer(seq_len(k), seq_len(k), Vectorize(function(i, j) {
    PiPj <- P %*% first[[i]] %*% P %*% first[[j]]
    if (information == "expected") return(trace(PiPj))
    Pij <- P %*% second[[i]][[j]]
    2 * c(t(y) %*% PiPj %*% P %*% y) - trace(PiPj) + trace(Pij) - c(t(y) %*% Pij %*% P %*% y)
  }))
  W <- 2 * solve(info)
  full <- plain <- matrix(0, ncol(X), ncol(X))
  for (i in seq_len(k)) for (j in seq_len(k)) {
    Q <- t(X) %*% inverse %*% first[[i]] %*% inverse %*% first[[j]] %*% inverse %*% X
    R <- t(X) %*% inverse %*% second[[i]][[j]] %*% inverse %*% X
    plain <- plain + W[i, j] * (Q - p[[i]] %*% phi %*% p[[j]])
    full <- full + W[i, j] * (Q - p[[i]] %*% phi %*% p[[j]] - R / 4)
  }
  list(phi = phi, W = W, p = p, adjusted = phi + 2 * phi %*% full %*% phi, firstOrder = phi + 2 * phi %*% plain %*% phi)
}
test <- function(a, beta, L) {
  q <- nrow(L); k <- length(a$p)
  theta <- t(L) %*% solve(L %*% a$phi %*% t(L)) %*% L
  tp <- lapply(a$p, function(m) theta %*% a$phi %*% m %*% a$phi)
  a1 <- a2 <- 0
  for (i in seq_len(k)) for (j in seq_len(k)) {
    a1 <- a1 + a$W[i, j] * trace(tp[[i]]) * trace(tp[[j]])
    a2 <- a2 + a$W[i, j] * trace(tp[[i]] %*% tp[[j]])
  }
  B <- (a1 + 6 * a2) / (2 * q)
  g <- ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
  den <- 3 * q + 2 * (1 - g)
  c1 <- g / den; c2 <- (q - g) / den; c3 <- (q + 2 - g) / den
  E <- 1 / (1 - a2 / q)
  V <- 2 / q * (1 + c1 * B) / ((1 - c2 * B)^2 * (1 - c3 * B))
  rho <- V / (2 * E^2)
  ddf <- 4 + (q + 2) / (q * rho - 1)
  scale <- ddf / (E * (ddf - 2))
  b <- L %*% beta
  list(F = c(scale / q * t(b) %*% solve(L %*% a$adjusted %*% t(L)) %*% b), ddf = ddf)
}
case <- function(name, data, formula, options, fit, X, y, V, eta) {
  beta <- if (inherits(fit, "lme")) fixef(fit) else if (is.list(fit) && !inherits(fit, "gls")) fit$beta else coef(fit)
  one <- function(information) {
    a <- adjust(X, y, V, eta, information)
    each <- lapply(seq_along(beta), function(j) test(a, beta, diag(length(beta))[j, , drop = FALSE]))
    all <- test(a, beta, diag(length(beta))[-1, , drop = FALSE])
    list(se = unname(sqrt(diag(a$adjusted))), firstOrder = unname(sqrt(diag(a$firstOrder))),
      df = sapply(each, function(t) t$ddf), F = all$F, ddf = all$ddf)
  }
  cat(name, "\n")
  list(name = name, data = data, formula = formula, options = options, fixed = unname(beta),
    expected = one("expected"), observed = one("observed"))
}
same <- function(codes) outer(codes, codes, "==") + 0
natural <- function(part) unname(coef(part, unconstrained = FALSE))
# Relative variances of the strata in the order of `levels`.
strata <- function(fit, levels) {
  unname((fit$sigma * coef(fit$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)[levels])^2)
}

orthodont <- read("orthodont"); oats <- read("oats")
orthodont$occasion <- (orthodont$age - 6) / 2
gaps <- orthodont[c(-3, -10, -14, -40, -58, -77, -90), ]
growth <- distance ~ age * Sex; growthText <- "distance ~ age * Sex"
models <- function(data) {
  list(X = model.matrix(growth, data), y = data$distance, S = same(data$Subject), d = abs(outer(data$age, data$age, "-")) / 2)
}
o <- models(orthodont); g <- models(gaps)
cases <- list()
add <- function(...) cases[[length(cases) + 1]] <<- case(...)

fit <- gls(growth, orthodont, corAR1(form = ~ occasion | Subject), control = tightGls)
add("ar1", "orthodont", growthText, list(residual = "ar1(1 | Subject)"), fit, o$X, o$y,
  function(e) e[1] * o$S * e[2]^o$d, c(fit$sigma^2, natural(fit$modelStruct$corStruct)))

fit <- gls(growth, gaps, corCAR1(form = ~ age | Subject), control = tightGls)
add("car1, rows missing", "gaps", growthText, list(residual = "car1(age | Subject)"), fit, g$X, g$y,
  function(e) e[1] * g$S * e[2]^(2 * g$d), c(fit$sigma^2, natural(fit$modelStruct$corStruct)))

fit <- lme(growth, gaps, ~ 1 | Subject, corAR1(form = ~ occasion | Subject), control = tight)
add("intercepts and ar1, rows missing", "gaps", paste(growthText, "+ (1 | Subject)"),
  list(residual = "ar1(occasion | Subject)"), fit, g$X, g$y, function(e) e[3] * g$S + e[1] * g$S * e[2]^g$d,
  c(fit$sigma^2, natural(fit$modelStruct$corStruct), as.numeric(VarCorr(fit)[1, 1])))

fit <- gls(growth, gaps, corCompSymm(form = ~ 1 | Subject), control = tightGls)
rho <- natural(fit$modelStruct$corStruct)
add("cs, rows missing", "gaps", growthText, list(residual = "cs(1 | Subject)"), fit, g$X, g$y,
  function(e) e[1] * diag(nrow(gaps)) + e[2] * g$S, fit$sigma^2 * c(1 - rho, rho))

fit <- lme(growth, orthodont, ~ age | Subject, weights = varIdent(form = ~ 1 | Sex), control = tight)
G <- matrix(getVarCov(fit), 2); Z <- cbind(1, orthodont$age)
slopes <- function(e) (Z %*% matrix(c(e[1], e[2], e[2], e[3]), 2) %*% t(Z)) * o$S
female <- orthodont$Sex == "Female"
add("slopes and varIdent", "orthodont", paste(growthText, "+ (age | Subject)"), list(weights = "varIdent(Sex)"), fit, o$X, o$y,
  function(e) slopes(e[3:5]) + diag(ifelse(female, e[2], e[1])), c(strata(fit, c("Male", "Female")), G[c(1, 2, 4)]))

fit <- gls(growth, orthodont, corAR1(form = ~ 1 | Subject), varIdent(form = ~ 1 | age), control = tightGls)
occasion <- orthodont$occasion
ages <- c("8", "10", "12", "14")
add("ar1 with a variance for each time", "orthodont", growthText, list(residual = "ar1(1 | Subject)", weights = "varIdent(age)"),
  fit, o$X, o$y, function(e) sqrt(outer(e[occasion], e[occasion])) * o$S * e[5]^o$d,
  c(strata(fit, ages), natural(fit$modelStruct$corStruct)))

fit <- gls(growth, orthodont, corCompSymm(form = ~ 1 | Subject), varIdent(form = ~ 1 | age), control = tightGls)
add("cs with a variance for each time", "orthodont", growthText, list(residual = "cs(1 | Subject)", weights = "varIdent(age)"),
  fit, o$X, o$y, function(e) sqrt(outer(e[occasion], e[occasion])) * (o$S * e[5] + (1 - e[5]) * diag(nrow(orthodont))),
  c(strata(fit, ages), natural(fit$modelStruct$corStruct)))

fit <- gls(growth, gaps, corSymm(form = ~ occasion | Subject), varIdent(form = ~ 1 | age), control = tightGls)
pair <- matrix(0, 4, 4); pair[lower.tri(pair)] <- 1:6; pair <- pair + t(pair)
R <- diag(4); R[lower.tri(R)] <- natural(fit$modelStruct$corStruct); R <- R + t(R) - diag(4)
sds <- sqrt(strata(fit, ages)); R <- R * outer(sds, sds); at <- gaps$occasion
add("un, rows missing", "gaps", growthText, list(residual = "un(age | Subject)"), fit, g$X, g$y, function(e) {
  m <- diag(e[1:4]); m[pair > 0] <- e[4 + pair[pair > 0]]
  m[at, at] * g$S
}, c(diag(R), R[lower.tri(R)]))
add("symm with a variance for each time", "gaps", growthText, list(residual = "symm(age | Subject)", weights = "varIdent(age)"),
  fit, g$X, g$y, function(e) {
    m <- diag(4); m[pair > 0] <- e[4 + pair[pair > 0]]
    sqrt(outer(e[at], e[at])) * m[at, at] * g$S
  }, c(diag(R), cov2cor(R)[lower.tri(R)]))

toeplitzV <- function(e) matrix(e[1 + g$d], nrow(gaps)) * g$S
deviance <- function(e) {
  V <- toeplitzV(e)
  if (e[1] <= 0 || inherits(try(chol(toeplitz(e)), silent = TRUE), "try-error")) return(1e10)
  inverse <- solve(V); phi <- solve(t(g$X) %*% inverse %*% g$X); r <- g$y - g$X %*% phi %*% t(g$X) %*% inverse %*% g$y
  c(determinant(V)$modulus - determinant(phi)$modulus + t(r) %*% inverse %*% r)
}
found <- nlminb(c(5, 3, 3, 2), deviance, control = list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 5000, iter.max = 2000))
found <- nlminb(found$par, deviance, control = list(rel.tol = 1e-15, x.tol = 1e-12, eval.max = 5000, iter.max = 2000))
inverse <- solve(toeplitzV(found$par))
add("toep, rows missing", "gaps", growthText, list(residual = "toep(occasion | Subject)"),
  list(beta = c(solve(t(g$X) %*% inverse %*% g$X, t(g$X) %*% inverse %*% g$y))), g$X, g$y, toeplitzV, found$par)

body <- as.data.frame(BodyWeight)
body <- data.frame(weight = body$weight, Time = body$Time, Rat = paste0("r", body$Rat), Diet = paste0("d", body$Diet))
weighed <- weight ~ Time * Diet
fit <- lme(weighed, body, ~ Time | Rat, weights = varPower(form = ~ Time), correlation = corCAR1(form = ~ Time | Rat), control = tight)
b <- list(X = model.matrix(weighed, body), S = same(body$Rat), d = abs(outer(body$Time, body$Time, "-")))
G <- matrix(getVarCov(fit), 2); Zb <- cbind(1, body$Time)
add("slopes, car1 and varPower", "body", "weight ~ Time * Diet + (Time | Rat)",
  list(residual = "car1(Time | Rat)", weights = "varPower(Time)"), fit, b$X, body$weight, function(e) {
    scale <- body$Time^e[2]
    (Zb %*% matrix(e[c(4, 5, 5, 6)], 2) %*% t(Zb)) * b$S + e[1] * outer(scale, scale) * b$S * e[3]^b$d
  }, c(fit$sigma^2, coef(fit$modelStruct$varStruct), natural(fit$modelStruct$corStruct), G[c(1, 2, 4)]))

oats$plot <- paste(oats$Block, oats$Variety)
yields <- yield ~ nitro + Variety
fit <- lme(yields, oats, ~ 1 | Block / Variety, corAR1(form = ~ 1 | Block / Variety), weights = varExp(form = ~ nitro), control = tight)
n <- list(X = model.matrix(yields, oats), B = same(oats$Block), S = same(oats$plot), d = round(abs(outer(oats$nitro, oats$nitro, "-")) / 0.2))
v <- as.numeric(VarCorr(fit)[c(2, 4), 1])
add("nested intercepts, ar1 and varExp", "oats", "yield ~ nitro + Variety + (1 | Block / Variety)",
  list(residual = "ar1(1 | Block:Variety)", weights = "varExp(nitro)"), fit, n$X, oats$yield, function(e) {
    scale <- exp(e[2] * oats$nitro)
    e[4] * n$B + e[5] * n$S + e[1] * outer(scale, scale) * n$S * e[3]^n$d
  }, c(fit$sigma^2, coef(fit$modelStruct$varStruct), natural(fit$modelStruct$corStruct), v))

writeLines(toJSON(list(
  generator = "kenward-roger-structures.R",
  versions = list(R = R.version.string, nlme = as.character(packageVersion("nlme"))),
  data = list(gaps = as.list(gaps[c("distance", "age", "occasion", "Subject", "Sex")]), body = as.list(body)),
  cases = cases
), auto_unbox = TRUE, digits = NA), "kenward-roger-structures.json")
