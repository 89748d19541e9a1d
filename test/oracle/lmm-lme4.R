# Refits every model of lmm-lme4.json with lme4 and compares: criterion, theta, sigma, fixed effects, standard errors.
# The fixture was computed with lme4 1.1-31 and BOBYQA at tight tolerances (no random numbers, hence no seed).
# Usage, from this folder: Rscript lmm-lme4.R [folder of CSV files, ../../data by default]; sets that are not there
# are left out, by name.
suppressMessages({library(lme4); library(jsonlite)})
folder <- c(commandArgs(TRUE), "../../data")[1]
fits <- fromJSON("lmm-lme4.json", simplifyVector = TRUE)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5),
                       check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
for (name in names(fits)) {
  fit <- fits[[name]]
  path <- file.path(folder, fit$data)
  if (!file.exists(path)) { cat(name, "left out:", fit$data, "is not there\n"); next }
  options(contrasts = c(if (fit$contrasts == "sum") "contr.sum" else "contr.treatment", "contr.poly"))
  data <- read.csv(path, stringsAsFactors = TRUE)
  m <- lmer(as.formula(fit$formula), data, REML = fit$method == "REML", control = control)
  criterion <- if (fit$method == "REML") REMLcrit(m) else deviance(m)
  cat(sprintf("%-20s criterion %9.1e  theta %8.1e  sigma %8.1e  fixed %8.1e  se %8.1e\n", name,
              criterion - fit$criterion, max(abs(getME(m, "theta") - unlist(fit$theta))), sigma(m) - fit$sigma,
              max(abs(fixef(m) - fit$fixed$estimate)), max(abs(sqrt(diag(as.matrix(vcov(m)))) - fit$fixed$se))))
}
