# Small data sets of the documentation of pbkrtest, nlme and MASS: REML criteria and F tests of type III by lmerTest, with
# Satterthwaite's and Kenward and Roger's degrees of freedom. Writes published-small.json, data included. No random numbers.
# Usage, from this folder: Rscript published-small.R
suppressMessages({library(lmerTest); library(jsonlite)})
tight <- lme4::lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = 1e-3, maxfun = 1e5),
  check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
data(beets, package = "pbkrtest")
plain <- function(d, columns) lapply(as.list(as.data.frame(d)[columns]), function(v) if (is.factor(v)) as.character(v) else v)
sets <- list(
  beets = plain(beets, c("sugpct", "block", "sow", "harvest")),
  ergoStool = plain(nlme::ergoStool, c("effort", "Type", "Subject")),
  meat = plain(nlme::Meat, c("score", "Storage", "Block", "Pair")),
  npk = plain(npk, c("yield", "N", "P", "K", "block")))
models <- list(c("beets", "sugpct ~ block + sow + harvest + (1 | block:harvest)"),
  c("ergoStool", "effort ~ Type + (1 | Subject)"),
  c("meat", "score ~ Storage + (1 | Block) + (1 | Block:Pair)"),
  c("npk", "yield ~ N * P + K + (1 | block)"))
fits <- lapply(models, function(s) {
  m <- lmer(as.formula(s[2]), as.data.frame(sets[[s[1]]], stringsAsFactors = TRUE), control = tight)
  m <- update(m, start = lme4::getME(m, "theta"))
  test <- function(ddf) { a <- as.data.frame(anova(m, ddf = ddf)); list(term = I(rownames(a)), F = I(a[["F value"]]), ddf = I(a$DenDF)) }
  list(data = s[1], formula = s[2], criterion = as.numeric(lme4::REMLcrit(m)), satterthwaite = test("Satterthwaite"), kr = test("Kenward-Roger"))
})
write_json(list(generator = R.version.string, lmerTest = as.character(packageVersion("lmerTest")), data = sets, fits = fits),
  "published-small.json", digits = 10, auto_unbox = TRUE)
