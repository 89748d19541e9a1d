# What stands around the mixed model, by base R and nlme. Run in this folder: Rscript linear-models.R
# Hausman's test is written out from its definition (Swamy-Arora variance components); for the ten firms of the Grunfeld
# data without American Steel the plm package's documentation prints 2.3304 (p 0.3119), and 2.1314 (p 0.3445) with
# method = "aux".
suppressMessages({
  library(nlme)
  library(jsonlite)
})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
lmCase <- function(name, data, formula, smaller, contrasts = "contr.treatment", weights = NULL) {
  options(contrasts = c(contrasts, "contr.poly"))
  d <- read(data)
  if (!is.null(weights)) d$w <- d[[weights]]
  fit <- if (is.null(weights)) lm(as.formula(formula), d) else lm(as.formula(formula), d, weights = w)
  small <- if (is.null(weights)) lm(as.formula(smaller), d) else lm(as.formula(smaller), d, weights = w)
  s <- summary(fit); a <- anova(fit); f <- anova(small, fit)
  new <- d[c(2, 5, 9), ]
  list(name = name, data = data, formula = formula, smaller = smaller, contrasts = sub("contr.", "", contrasts), weights = weights,
    estimate = unname(coef(fit)), se = unname(s$coefficients[, 2]), p = unname(s$coefficients[, 4]),
    rSquared = s$r.squared, adjusted = s$adj.r.squared, overall = unname(s$fstatistic), logLik = as.numeric(logLik(fit)),
    aic = AIC(fit), bic = BIC(fit),
    anova = list(term = rownames(a), df = a[[1]], sumSq = a[[2]], F = head(a[[4]], -1), p = head(a[[5]], -1)),
    ftest = c(f[2, 5], f[2, 3], f[2, 1], f[2, 6]), confint = unname(confint(fit, level = .9)),
    confidence = unname(predict(fit, new, interval = "confidence")), prediction = unname(suppressWarnings(predict(fit, new, interval = "prediction"))))
}
hausman <- function(d, y, x, group) {
  y <- d[[y]]; X <- as.matrix(d[x]); g <- factor(d[[group]]); T <- ave(y, g, FUN = length); n <- nlevels(g); K <- ncol(X)
  mean. <- function(v) ave(v, g)
  within <- lm(I(y - mean.(y)) ~ 0 + I(X - apply(X, 2, mean.)))
  s2e <- sum(resid(within)^2) / (length(y) - n - K)
  yb <- tapply(y, g, mean); Xb <- apply(X, 2, function(v) tapply(v, g, mean))
  s2b <- sum(resid(lm(yb ~ Xb))^2) / (n - K - 1)
  s2u <- max(0, s2b - s2e / (1 / mean(1 / table(g))))
  th <- 1 - sqrt(s2e / (T * s2u + s2e))
  q <- function(v) v - th * mean.(v)
  Q <- cbind(q(rep(1, length(y))), apply(X, 2, q)); yq <- q(y)
  re <- lm(yq ~ 0 + Q); V <- vcov(re)[-1, -1]
  W <- X - apply(X, 2, mean.); Vf <- s2e * solve(crossprod(W))
  b <- coef(within) - coef(re)[-1]
  aux <- lm(yq ~ 0 + Q + W); k <- (K + 2):(2 * K + 1)
  list(statistic = c(t(b) %*% solve(Vf - V) %*% b), regression = c(t(coef(aux)[k]) %*% solve(vcov(aux)[k, k]) %*% coef(aux)[k]),
    fixed = unname(coef(within)), random = unname(coef(re)[-1]), sdGroup = sqrt(s2u), sdResidual = sqrt(s2e))
}
grunfeld <- read("grunfeld")
sleep <- read("sleepstudy")
list10 <- lmList(Reaction ~ Days | Subject, sleep)
a <- subset(sleep, as.integer(factor(Subject)) <= 8); slopes <- coef(list10)$Days
w <- t.test(slopes[1:8], slopes[9:18])
cases <- list(
  lmCase("pulp, sum contrasts", "pulp", "bright ~ operator", "bright ~ 1", "contr.sum"),
  lmCase("oats, interaction", "oats", "yield ~ nitro * Variety + Block", "yield ~ nitro + Block"),
  lmCase("orthodont, Helmert", "orthodont", "distance ~ age * Sex", "distance ~ age", "contr.helmert"),
  lmCase("grunfeld, firms", "grunfeld", "invest ~ value + capital + firm", "invest ~ value + capital"),
  lmCase("grunfeld, no intercept", "grunfeld", "invest ~ 0 + firm + value + capital", "invest ~ value + capital"),
  lmCase("orthodont, weights", "orthodont", "distance ~ age + Sex", "distance ~ age", weights = "age")
)
writeLines(toJSON(list(
  generator = paste("linear-models.R, R", getRversion(), "nlme", packageVersion("nlme")), cases = cases,
  hausman = list(
    grunfeld = hausman(grunfeld, "invest", c("value", "capital"), "firm"),
    ten = hausman(droplevels(subset(grunfeld, firm != "American Steel")), "invest", c("value", "capital"), "firm"),
    unbalanced = hausman(grunfeld[-c(3, 30:38, 100, 170:174), ], "invest", c("value", "capital"), "firm")),
  lmList = list(estimate = as.matrix(coef(list10)), sigma = summary(list10)$RSE, df = summary(list10)$df.residual),
  welch = list(t = unname(w$statistic), df = unname(w$parameter), p = w$p.value, confint = as.numeric(w$conf.int))
), digits = 12, auto_unbox = TRUE, null = "null"), "linear-models.json")
