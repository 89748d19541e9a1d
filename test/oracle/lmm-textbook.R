# Documentation examples that need ordered factors or are not identified, by lmerTest: fixed effects with Satterthwaite's
# degrees of freedom, F tests with Satterthwaite's and Kenward and Roger's denominators.
# Writes lmm-textbook.json. Usage, from this folder: Rscript lmm-textbook.R
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)})
options(contrasts = c("contr.treatment", "contr.poly"))
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = 1e-3, maxfun = 1e5), calc.derivs = FALSE,
                     check.conv.singular = "ignore")
models <- list(
  list("cake", "angle ~ recipe * ordered(temperature) + (1 | recipe:replicate)", TRUE),
  list("oats", "yield ~ ordered(nitro) + Variety + (1 | Block/Variety)", TRUE),
  list("machines", "score ~ Machine + (Machine || Worker)", FALSE))
fits <- lapply(models, function(spec) {
  m <- lmer(as.formula(spec[[2]]), read(spec[[1]]), control = tight)
  table <- function(ddf) {
    a <- anova(m, ddf = ddf)
    list(term = I(rownames(a)), F = I(a[["F value"]]), ndf = I(a$NumDF), ddf = I(a$DenDF))
  }
  s <- coef(summary(m))
  list(data = spec[[1]], formula = spec[[2]], criterion = REMLcrit(m), names = rownames(s), estimate = unname(s[, 1]),
       se = unname(s[, 2]), df = unname(s[, 3]), satterthwaite = table("Satterthwaite"),
       kr = if (spec[[3]]) table("Kenward-Roger") else NULL)
})
out <- list(generator = list(R = R.version.string, lme4 = as.character(packageVersion("lme4")),
              lmerTest = as.character(packageVersion("lmerTest")), pbkrtest = as.character(packageVersion("pbkrtest")),
              date = format(Sys.Date())), fits = fits)
write_json(out, "lmm-textbook.json", digits = NA, auto_unbox = TRUE, null = "null", pretty = TRUE)
