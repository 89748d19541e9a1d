# Kenward and Roger's tests of singular fits, as pbkrtest has them: every element of the covariance matrices counts.
# Writes kenward-roger-singular.json, data included. No random numbers. Usage, from this folder: Rscript kenward-roger-singular.R
suppressMessages({library(lme4); library(lmerTest); library(pbkrtest); library(jsonlite)})
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, rhobeg = 1e-3, maxfun = 1e5),
                     check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
gun <- as.data.frame(nlme::Gun)
petrol <- MASS::petrol
rabbit <- MASS::Rabbit
sets <- list(
  gun = list(rounds = gun$rounds, Method = as.character(gun$Method), Team = as.character(gun$Team)),
  petrol = list(Y = petrol$Y, EP = petrol$EP, No = as.character(petrol$No)),
  rabbit = list(BPchange = rabbit$BPchange, Dose = rabbit$Dose, Treatment = as.character(rabbit$Treatment),
                Animal = as.character(rabbit$Animal)),
  dyestuff2 = list(Yield = Dyestuff2$Yield, Batch = as.character(Dyestuff2$Batch)))
models <- list(
  c("gun", "rounds ~ Method + (Method | Team)"),
  c("petrol", "Y ~ EP + (EP | No)"),
  c("rabbit", "BPchange ~ log(Dose) * Treatment + (1 | Animal) + (1 | Animal:Treatment)"),
  c("dyestuff2", "Yield ~ 1 + (1 | Batch)"))
fits <- lapply(models, function(spec) {
  m <- lmerTest::lmer(as.formula(spec[2]), as.data.frame(sets[[spec[1]]]), control = tight)
  k <- coef(summary(m, ddf = "Kenward-Roger"))
  list(data = spec[1], formula = spec[2], fixed = list(name = I(rownames(k)), se = I(unname(k[, 2])), df = I(unname(k[, 3]))))
})
write_json(list(generator = R.version.string, pbkrtest = as.character(packageVersion("pbkrtest")), data = sets, fits = fits),
           "kenward-roger-singular.json", digits = 10, auto_unbox = TRUE)
