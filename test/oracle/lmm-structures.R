# Fits of nlme with structured random effects and residuals. Run in this folder: Rscript lmm-structures.R
# BodyWeight and Dialyzer come with nlme and are written into the fixture; the other data are those of ../../data.
suppressMessages({
  library(nlme)
  library(jsonlite)
})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = FALSE)
tight <- lmeControl(tolerance = 1e-10, msTol = 1e-12, msMaxIter = 500, maxIter = 200, niterEM = 100, msMaxEval = 2000)
tightGls <- glsControl(tolerance = 1e-10, msTol = 1e-12, msMaxIter = 500, maxIter = 200)

machines <- read("machines"); orthodont <- read("orthodont"); ovary <- read("ovary"); oats <- read("oats")
panel <- read("panel_ar1")
dialyzer <- as.data.frame(Dialyzer)[c("Subject", "QB", "pressure", "rate")]
dialyzer$Subject <- paste0("s", dialyzer$Subject); dialyzer$QB <- paste0("q", dialyzer$QB)
bodyWeight <- as.data.frame(BodyWeight)
bodyWeight$Rat <- paste0("r", bodyWeight$Rat); bodyWeight$Diet <- paste0("d", bodyWeight$Diet)
# Whole times with gaps, in no order.
gaps <- orthodont[c(-3, -10, -14, -40, -58, -77, -90), ]
gaps <- gaps[order((seq_len(nrow(gaps)) * 37) %% 101), ]

random <- function(fit) {
  if (!inherits(fit, "lme")) return(NULL)
  lapply(fit$modelStruct$reStruct, function(part) unname(as.matrix(part) * fit$sigma^2))
}
residual <- function(fit) {
  out <- list()
  variance <- fit$modelStruct$varStruct
  if (inherits(variance, "varIdent")) out$varIdent <- as.list(coef(variance, unconstrained = FALSE, allCoef = TRUE))
  if (inherits(variance, "varPower")) out$varPower <- unname(coef(variance))
  if (inherits(variance, "varExp")) out$varExp <- unname(coef(variance))
  correlation <- fit$modelStruct$corStruct
  kinds <- c(corAR1 = "ar1", corCAR1 = "car1", corCompSymm = "cs")
  for (kind in names(kinds)) {
    if (inherits(correlation, kind)) out[[kinds[[kind]]]] <- unname(coef(correlation, unconstrained = FALSE))
  }
  out
}
case <- function(name, data, formula, options, fit) {
  normalized <- unname(as.numeric(resid(fit, type = "normalized")))
  pearson <- unname(as.numeric(resid(fit, type = "pearson")))
  list(
    name = name, data = data, formula = formula, options = options, method = fit$method,
    logLik = as.numeric(logLik(fit)), fixed = unname(if (inherits(fit, "lme")) fixef(fit) else coef(fit)),
    se = unname(sqrt(diag(if (inherits(fit, "lme")) fit$varFix else fit$varBeta))), sigma = fit$sigma,
    random = random(fit), residual = residual(fit), normalized = head(normalized, 12), pearson = head(pearson, 12)
  )
}
waves <- follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time)
wavesText <- "follicles ~ sin(2 * pi * Time) + cos(2 * pi * Time)"
dialText <- "rate ~ (pressure + I(pressure^2) + I(pressure^3) + I(pressure^4)) * QB"
dial <- rate ~ (pressure + I(pressure^2) + I(pressure^3) + I(pressure^4)) * QB
growth <- distance ~ age * Sex
opt <- function(...) list(...)

cases <- list(
  case("machines, compound symmetry", "machines", "score ~ Machine + cs(0 + Machine | Worker)", opt(),
    lme(score ~ Machine, machines, list(Worker = pdCompSymm(~ 0 + Machine)), control = tight)),
  case("machines, identity", "machines", "score ~ Machine + identity(0 + Machine | Worker)", opt(),
    lme(score ~ Machine, machines, list(Worker = pdIdent(~ 0 + Machine)), control = tight)),
  case("machines, diagonal", "machines", "score ~ Machine + diag(0 + Machine | Worker)", opt(),
    lme(score ~ Machine, machines, list(Worker = pdDiag(~ 0 + Machine)), control = tight)),
  case("machines, compound symmetry by ML", "machines", "score ~ Machine + cs(0 + Machine | Worker)", opt(method = "ML"),
    lme(score ~ Machine, machines, list(Worker = pdCompSymm(~ 0 + Machine)), method = "ML", control = tight)),
  case("oats, compound symmetry", "oats", "yield ~ nitro + cs(0 + Variety | Block)", opt(),
    lme(yield ~ nitro, oats, list(Block = pdCompSymm(~ 0 + Variety)), control = tight)),
  case("panel, AR(1) beside an intercept and a slope", "panel_ar1", "y ~ time + treatment + (time | id)",
    opt(residual = "ar1(time | id)"),
    lme(y ~ time + treatment, panel, ~ time | id, corAR1(form = ~ time | id))),
  case("ovary, AR(1) beside an intercept", "ovary", paste(wavesText, "+ (1 | Mare)"), opt(residual = "ar1(1 | Mare)"),
    lme(waves, ovary, ~ 1 | Mare, corAR1(form = ~ 1 | Mare), control = tight)),
  case("ovary, AR(1) beside an intercept, ML", "ovary", paste(wavesText, "+ (1 | Mare)"),
    opt(residual = "ar1(1 | Mare)", method = "ML"),
    lme(waves, ovary, ~ 1 | Mare, corAR1(form = ~ 1 | Mare), method = "ML", control = tight)),
  case("ovary, AR(1) alone", "ovary", wavesText, opt(residual = "ar1(1 | Mare)"),
    gls(waves, ovary, corAR1(form = ~ 1 | Mare), control = tightGls)),
  case("ovary, CAR(1) alone, ML", "ovary", wavesText, opt(residual = "car1(Time | Mare)", method = "ML"),
    gls(waves, ovary, corCAR1(0.01, form = ~ Time | Mare), method = "ML", control = tightGls)),
  case("ovary, CAR(1) alone", "ovary", wavesText, opt(residual = "car1(Time | Mare)"),
    gls(waves, ovary, corCAR1(0.01, form = ~ Time | Mare), control = tightGls)),
  case("ovary, exchangeable residuals", "ovary", wavesText, opt(residual = "cs(1 | Mare)"),
    gls(waves, ovary, corCompSymm(form = ~ 1 | Mare), control = tightGls)),
  case("orthodont, variance by sex", "orthodont", "distance ~ age * Sex + (age | Subject)", opt(weights = "varIdent(Sex)"),
    lme(growth, orthodont, ~ age | Subject, weights = varIdent(form = ~ 1 | Sex), control = tight)),
  case("orthodont, variance by sex, ML", "orthodont", "distance ~ age * Sex + (1 | Subject)",
    opt(weights = "varIdent(Sex)", method = "ML"),
    lme(growth, orthodont, ~ 1 | Subject, weights = varIdent(form = ~ 1 | Sex), method = "ML", control = tight)),
  case("orthodont, variance by sex without random effects", "orthodont", "distance ~ age * Sex", opt(weights = "varIdent(Sex)"),
    gls(growth, orthodont, weights = varIdent(form = ~ 1 | Sex), control = tightGls)),
  case("orthodont, power of age", "orthodont", "distance ~ age * Sex + (1 | Subject)", opt(weights = "varPower(age)"),
    lme(growth, orthodont, ~ 1 | Subject, weights = varPower(form = ~ age), control = tight)),
  case("orthodont, exponential in age, variance with AR(1)", "orthodont", "distance ~ age * Sex + (1 | Subject)",
    opt(weights = "varExp(age)", residual = "ar1(1 | Subject)"),
    lme(growth, orthodont, ~ 1 | Subject, corAR1(form = ~ 1 | Subject), varExp(form = ~ age), control = tight)),
  case("orthodont, variance by sex with AR(1)", "orthodont", "distance ~ age * Sex",
    opt(weights = "varIdent(Sex)", residual = "ar1(1 | Subject)"),
    gls(growth, orthodont, corAR1(form = ~ 1 | Subject), varIdent(form = ~ 1 | Sex), control = tightGls)),
  case("times with gaps, in no order", "gaps", "distance ~ age * Sex", opt(residual = "ar1(age | Subject)"),
    gls(growth, gaps, corAR1(0.5, form = ~ age | Subject), control = tightGls)),
  case("gaps in real time", "gaps", "distance ~ age * Sex", opt(residual = "car1(age | Subject)"),
    gls(growth, gaps, corCAR1(0.5, form = ~ age | Subject), control = tightGls)),
  case("groups of unequal size, exchangeable", "gaps", "distance ~ age * Sex", opt(residual = "cs(1 | Subject)"),
    gls(growth, gaps, corCompSymm(form = ~ 1 | Subject), control = tightGls)),
  case("dialyzer, power of pressure", "dialyzer", dialText, opt(weights = "varPower(pressure)"),
    gls(dial, dialyzer, weights = varPower(form = ~ pressure), control = tightGls)),
  case("dialyzer, power of pressure with AR(1)", "dialyzer", dialText,
    opt(weights = "varPower(pressure)", residual = "ar1(1 | Subject)"),
    gls(dial, dialyzer, corAR1(0.771, form = ~ 1 | Subject), varPower(form = ~ pressure), control = tightGls)),
  case("bodyWeight, power of time", "bodyWeight", "weight ~ Time * Diet + (Time | Rat)", opt(weights = "varPower(Time)"),
    lme(weight ~ Time * Diet, bodyWeight, ~ Time | Rat, weights = varPower(form = ~ Time), control = tight)),
  case("bodyWeight, CAR(1)", "bodyWeight", "weight ~ Time * Diet + (Time | Rat)", opt(residual = "car1(Time | Rat)"),
    lme(weight ~ Time * Diet, bodyWeight, ~ Time | Rat, corCAR1(0.8, form = ~ Time | Rat), control = tight))
)
writeLines(toJSON(list(
  generator = paste("lmm-structures.R, R", getRversion(), "nlme", packageVersion("nlme")),
  data = list(dialyzer = as.list(dialyzer), bodyWeight = as.list(bodyWeight), gaps = as.list(gaps[c("distance", "age", "Subject", "Sex")])),
  cases = cases
), digits = 12, auto_unbox = TRUE, null = "null"), "lmm-structures.json")
