# F tests of types I to III with Satterthwaite's and Kenward and Roger's denominators (lmerTest, pbkrtest), adjusted
# covariance matrices, contrasts, likelihood-ratio tests and exact restricted likelihood-ratio tests (RLRsim).
# Writes lmm-tests.json. Usage, from this folder: Rscript lmm-tests.R
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(RLRsim); library(jsonlite)})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = 1e-3, maxfun = 1e5),
                     check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
models <- list(
  list("irrigation", "yield ~ irrigation * variety + (1 | field)", "contr.sum", 0, FALSE),
  list("irrigation", "yield ~ irrigation + variety + (1 | field)", "contr.treatment", 0, FALSE),
  list("irrigation", "yield ~ irrigation * variety + (1 | field)", "contr.treatment", 5, FALSE),
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", "contr.treatment", 7, FALSE),
  list("sleepstudy", "Reaction ~ poly(Days, 2) + (Days || Subject)", "contr.treatment", 5, FALSE),
  list("machines", "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)", "contr.treatment", 4, FALSE),
  list("machines", "score ~ Machine + (Machine | Worker)", "contr.helmert", 0, FALSE),
  list("oats", "yield ~ Variety * nitro + (1 | Block/Variety)", "contr.treatment", 5, FALSE),
  list("orthodont", "distance ~ age * Sex + (age | Subject)", "contr.treatment", 0, FALSE),
  list("orthodont", "distance ~ age * Sex + (1 | Subject)", "contr.sum", 6, FALSE),
  list("cake", "angle ~ recipe * temperature + (1 | recipe:replicate)", "contr.treatment", 4, FALSE),
  list("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", "contr.treatment", 7, FALSE),
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", "contr.treatment", 7, TRUE))
# Every k-th row left out: unbalanced data that anybody can remake.
drop <- function(data, k) if (k == 0) data else data[seq_len(nrow(data)) %% k != 0, ]
fits <- lapply(models, function(spec) {
  options(contrasts = c(spec[[3]], "contr.poly"))
  data <- drop(read(spec[[1]]), spec[[4]])
  data$w <- if (spec[[5]]) (seq_len(nrow(data)) - 1) %% 3 + 1 else rep(1, nrow(data))
  m <- lmer(as.formula(spec[[2]]), data, control = tight, weights = w)
  m <- lmer(as.formula(spec[[2]]), data, control = tight, weights = w, start = getME(m, "theta"))
  tables <- list()
  if (length(attr(terms(m), "term.labels")) > 0)
    for (type in 1:3) for (ddf in c("Satterthwaite", "Kenward-Roger")) {
      # pbkrtest's formulas are for unit weights.
      if (spec[[5]] && ddf == "Kenward-Roger") next
      a <- anova(m, type = type, ddf = ddf)
      tables[[length(tables) + 1]] <- list(type = type, ddf = if (ddf == "Satterthwaite") "satterthwaite" else "kr",
        term = I(rownames(a)), F = I(a[["F value"]]), ndf = I(a$NumDF), ddfs = I(a$DenDF), p = I(a[["Pr(>F)"]]))
    }
  p <- length(fixef(m))
  # All coefficients together, a contrast across terms with unequal Satterthwaite denominators.
  all <- contestMD(m, diag(p), ddf = "Satterthwaite")
  out <- list(data = spec[[1]], formula = spec[[2]], contrasts = sub("contr.", "", spec[[3]]), drop = spec[[4]],
              weighted = spec[[5]], tables = tables,
              all = list(F = all[["F value"]], ndf = all$NumDF, ddf = all$DenDF, p = all[["Pr(>F)"]]))
  if (!spec[[5]]) {
    k <- coef(summary(m, ddf = "Kenward-Roger"))
    out$kr <- list(se = I(unname(k[, "Std. Error"])), df = I(unname(k[, "df"])), t = I(unname(k[, "t value"])),
                   p = I(unname(k[, "Pr(>|t|)"])))
    allKr <- contestMD(m, diag(p), ddf = "Kenward-Roger")
    out$allKr <- list(F = allKr[["F value"]], ndf = allKr$NumDF, ddf = allKr$DenDF, p = allKr[["Pr(>F)"]])
  }
  out
})
options(contrasts = c("contr.treatment", "contr.poly"))
lrt <- lapply(list(
  list("sleepstudy", "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days | Subject)"),
  list("sleepstudy", "Reaction ~ Days + (1 | Subject)", "Reaction ~ Days + (Days || Subject)"),
  list("sleepstudy", "Reaction ~ 1 + (Days | Subject)", "Reaction ~ Days + (Days | Subject)"),
  list("pulp", "bright ~ 1", "bright ~ 1 + (1 | operator)"),
  list("orthodont", "distance ~ age + Sex", "distance ~ age * Sex + (1 | Subject)")), function(spec) {
  data <- read(spec[[1]])
  fit <- function(f) if (grepl("|", f, fixed = TRUE)) lme4::lmer(as.formula(f), data, REML = FALSE, control = tight) else lm(as.formula(f), data)
  small <- fit(spec[[2]]); large <- fit(spec[[3]])
  x <- 2 * (c(logLik(large)) - c(logLik(small))); df <- attr(logLik(large), "df") - attr(logLik(small), "df")
  list(data = spec[[1]], smaller = spec[[2]], larger = spec[[3]], statistic = x, df = df, p = pchisq(x, df, lower.tail = FALSE))
})
rlrt <- lapply(list(list("pulp", "bright ~ 1 + (1 | operator)"), list("irrigation", "yield ~ irrigation * variety + (1 | field)"),
                    list("irrigation", "yield ~ irrigation + variety + (1 | field)"),
                    list("radon", "log_radon ~ floor + (1 | county)"), list("sleepstudy", "Reaction ~ Days + (0 + Days | Subject)"),
                    list("dyestuff2", "Yield ~ 1 + (1 | Batch)"), list("oats", "yield ~ nitro + (1 | Variety)")), function(spec) {
  data <- read(spec[[1]])
  m <- lme4::lmer(as.formula(spec[[2]]), data, control = tight)
  set.seed(20240601)
  r <- exactRLRT(m, nsim = 100000)
  ml <- lme4::lmer(as.formula(spec[[2]]), data, control = tight, REML = FALSE)
  m0 <- lm(lme4::nobars(as.formula(spec[[2]])), data)
  l <- tryCatch(exactLRT(ml, m0, nsim = 100000), error = function(e) list(statistic = NA, p.value = NA))
  list(data = spec[[1]], formula = spec[[2]], nsim = 100000, seed = 20240601, rlrt = unname(r$statistic), rlrtP = r$p.value,
       lrt = unname(l$statistic), lrtP = l$p.value)
})
writeLines(toJSON(list(generator = paste0(R.version.string, ", lme4 ", packageVersion("lme4"), ", lmerTest ",
  packageVersion("lmerTest"), ", pbkrtest ", packageVersion("pbkrtest"), ", RLRsim ", packageVersion("RLRsim")),
  fits = fits, lrt = lrt, rlrt = rlrt), auto_unbox = TRUE, digits = 12, pretty = 1, na = "null"), "lmm-tests.json")
