# Degrees of freedom (lmerTest), conditional variances (lme4), least squares (lm) and separate regressions (lm within
# each group). Writes lmm-inference.json. No random numbers.
# Usage, from this folder: Rscript lmm-inference.R
suppressMessages({library(lme4); library(lmerTest); library(jsonlite)})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = 1e-3, maxfun = 1e5),
                     check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
models <- list(
  list("pulp", "bright ~ 1 + (1 | operator)", "REML", "contr.treatment"),
  list("irrigation", "yield ~ irrigation * variety + (1 | field)", "REML", "contr.sum"),
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", "REML", "contr.treatment"),
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", "ML", "contr.treatment"),
  list("sleepstudy", "Reaction ~ Days + (Days || Subject)", "REML", "contr.treatment"),
  list("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", "REML", "contr.treatment"),
  list("machines", "score ~ Machine + (1 | Worker) + (1 | Worker:Machine)", "REML", "contr.treatment"),
  list("oats", "yield ~ nitro + (1 | Block/Variety)", "REML", "contr.treatment"),
  list("radon", "log_radon ~ floor + (floor | county)", "REML", "contr.treatment"),
  list("orthodont", "distance ~ age * Sex + (age | Subject)", "REML", "contr.treatment"))
fits <- lapply(models, function(spec) {
  options(contrasts = c(spec[[4]], "contr.poly"))
  data <- read(spec[[1]])
  m <- lmer(as.formula(spec[[2]]), data, REML = spec[[3]] == "REML", control = tight)
  # From the optimum once more, so that finite differences inside lmerTest see a stationary point.
  m <- lmer(as.formula(spec[[2]]), data, REML = spec[[3]] == "REML", control = tight, start = getME(m, "theta"))
  table <- coef(summary(m))
  effects <- lme4::ranef(m, condVar = TRUE)
  variances <- lapply(effects, function(e) {
    v <- attr(e, "postVar")
    if (is.list(v)) v <- lapply(v, function(x) as.vector(x[, , 1])) else v <- as.vector(v[, , 1])
    v
  })
  list(data = spec[[1]], formula = spec[[2]], method = spec[[3]],
       contrasts = sub("contr.", "", spec[[4]]),
       fixed = list(name = I(rownames(table)), df = I(unname(table[, "df"])), t = I(unname(table[, "t value"])),
                    p = I(unname(table[, "Pr(>|t|)"]))),
       firstConditionalVariance = variances,
       firstLevels = lapply(effects, function(e) rownames(e)[1]),
       fittedHead = I(unname(head(fitted(m), 5))))
})
options(contrasts = c("contr.treatment", "contr.poly"))
ols <- lapply(list(c("radon", "log_radon ~ floor * log_uranium"), c("grunfeld", "invest ~ value + capital + firm"),
                   c("sleepstudy", "Reaction ~ Days"), c("grunfeld", "invest ~ year + I(year^2)")), function(spec) {
  m <- lm(as.formula(spec[2]), read(spec[1]))
  s <- summary(m)
  list(data = spec[1], formula = spec[2], name = names(coef(m)), estimate = unname(coef(m)),
       se = unname(s$coefficients[, 2]), sigma = s$sigma, df = m$df.residual, rss = deviance(m))
})
separate <- lapply(list(c("sleepstudy", "Reaction", "Days", "Subject"), c("radon", "log_radon", "floor", "county")),
                   function(spec) {
  data <- read(spec[1])
  rows <- lapply(split(data, data[[spec[4]]]), function(d) {
    m <- lm(as.formula(paste(spec[2], "~", spec[3])), d)
    s <- summary(m)
    # floor = 1 in every row: lm calls the sum of the two the intercept; neither is identified.
    both <- is.na(coef(m)[2]) && any(d[[spec[3]]] != 0)
    df <- m$df.residual
    list(estimate = if (both) c(NA, NA) else unname(coef(m)), df = df, rows = nrow(d),
         se = if (both || df == 0) c(NA, NA)
              else if (is.na(coef(m)[2])) c(s$coefficients[1, 2], NA) else unname(s$coefficients[, 2]),
         sigma = if (df == 0) NA else s$sigma)
  })
  list(data = spec[1], formula = paste0(spec[2], " ~ ", spec[3], " + (", spec[3], " | ", spec[4], ")"),
       levels = names(rows), estimate = lapply(rows, `[[`, "estimate"), se = lapply(rows, `[[`, "se"),
       sigma = lapply(rows, `[[`, "sigma"), df = lapply(rows, `[[`, "df"), rows = lapply(rows, `[[`, "rows"))
})
writeLines(toJSON(list(
  generator = paste0(R.version.string, ", lme4 ", packageVersion("lme4"), ", lmerTest ", packageVersion("lmerTest")),
  fits = fits, ols = ols, separate = separate), auto_unbox = TRUE, digits = 12, pretty = 1, na = "null"),
  "lmm-inference.json")
