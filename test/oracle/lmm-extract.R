# Extractors and predictions of fitted mixed models: coef, AIC, BIC, residuals, R2 from their published formulas,
# predictions, prediction variances by dense algebra on V, and weighted fits. Writes lmm-extract.json. No random numbers.
# Usage, from this folder: Rscript lmm-extract.R
suppressMessages({library(lme4); library(jsonlite)})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = 1e-3, maxfun = 1e5),
                     check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
models <- list(
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", TRUE, NULL),
  list("sleepstudy", "Reaction ~ Days + (Days || Subject)", FALSE, NULL),
  list("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", TRUE, NULL),
  list("pastes", "strength ~ 1 + (1 | batch/cask)", TRUE, NULL),
  list("radon", "log_radon ~ floor * log_uranium + (1 | county)", TRUE, NULL),
  list("machines", "score ~ Machine + (Machine | Worker)", TRUE, NULL),
  list("oats", "yield ~ nitro + (nitro | Block) + (1 | Block:Variety)", TRUE, "w"),
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", FALSE, "w"))
fits <- lapply(models, function(spec) {
  data <- read(spec[[1]])
  # Weights that anybody can recompute: 1, 2, 3, 1, 2, 3, ...
  data$w <- (seq_len(nrow(data)) - 1) %% 3 + 1
  weights <- if (is.null(spec[[4]])) rep(1, nrow(data)) else data$w
  data$weights.used <- weights
  m <- lmer(as.formula(spec[[2]]), data, REML = spec[[3]], control = tight, weights = weights.used)
  m <- lmer(as.formula(spec[[2]]), data, REML = spec[[3]], control = tight, weights = weights.used,
            start = getME(m, "theta"))
  X <- getME(m, "X"); Z <- as.matrix(getME(m, "Z")); L <- as.matrix(getME(m, "Lambda")); s <- sigma(m)
  # Joint variance of (beta-hat, b-hat - b) by Henderson's equations, dense.
  G <- s^2 * L %*% t(L)
  R <- diag(s^2 / weights)
  V <- Z %*% G %*% t(Z) + R
  Vi <- solve(V)
  Phi <- solve(t(X) %*% Vi %*% X)
  # linear predictor error: X(bh - b) + Z(uh - u)
  K <- X %*% Phi %*% t(X) %*% Vi                      # y -> X beta-hat
  H <- K + Z %*% G %*% t(Z) %*% Vi %*% (diag(nrow(X)) - K)   # y -> fitted
  # error = H y - X beta - Z b, y = X beta + Z b + e
  E1 <- (H - diag(nrow(X))) %*% Z
  seKnown <- sqrt(diag(E1 %*% G %*% t(E1) + H %*% R %*% t(H)))
  seNone <- sqrt(diag(X %*% Phi %*% t(X)))
  varF <- var(as.vector(X %*% fixef(m)))
  varR <- sum(diag(Z %*% G %*% t(Z))) / nrow(X)
  list(data = spec[[1]], formula = spec[[2]], method = if (spec[[3]]) "REML" else "ML", weighted = !is.null(spec[[4]]),
       criterion = if (spec[[3]]) REMLcrit(m) else -2 * c(logLik(m)), aic = AIC(m), bic = BIC(m), sigma = s,
       fixed = I(unname(fixef(m))), vcov = I(as.vector(as.matrix(vcov(m)))),
       coef = lapply(coef(m), function(x) list(levels = I(rownames(x)), names = I(names(x)), first = I(unlist(unname(x[1, ]))),
                                              last = I(unlist(unname(x[nrow(x), ]))))),
       pearson = I(unname(head(residuals(m, "pearson"), 4))), scaled = I(unname(head(residuals(m, "pearson", scaled = TRUE), 4))),
       fitted = I(unname(head(fitted(m), 4))), population = I(unname(head(predict(m, re.form = NA), 4))),
       seKnown = I(unname(head(seKnown, 4))), seNone = I(unname(head(seNone, 4))),
       r2 = c(varF / (varF + varR + s^2), (varF + varR) / (varF + varR + s^2)))
})
writeLines(toJSON(list(generator = paste0(R.version.string, ", lme4 ", packageVersion("lme4")), fits = fits),
  auto_unbox = TRUE, digits = 12, pretty = 1), "lmm-extract.json")
