# Conditions on rows, formulas changed by formulas, and fits to some of the rows, by base R, nlme and lme4.
# Run in this folder: Rscript subset-update.R
suppressMessages({
  library(lme4)
  library(nlme)
  library(jsonlite)
})
d <- data.frame(
  x = c(1, 2, NA, 4, -5, 6, 0, 8), y = c(2, 2, 3, NA, 1e-3, 6.5, -1, 8), s = c("a", "b", NA, "a", "c", "b", "c", "10"),
  keep = c(TRUE, FALSE, NA, TRUE, TRUE, FALSE, NA, TRUE), day = c("2020-01-05", "2020-02-01", "2019-12-31", NA, "2020-01-05", "2021-06-30", "2020-01-01", "2018-03-03"),
  check.names = FALSE)
d[["a b"]] <- 8:1
conditions <- c(
  "x > 1", "x >= 2 & y < 7", "x > 1 | y > 2", "!(x > 1)", "!x > 1 & y > 0", "!is.na(x)", "is.na(x) | is.na(s)", "is.na(x > y)", "s == 'a'", "s != \"a\"",
  "s %in% c('a', 'c')", "!s %in% c('a', 'c')", "x %in% c(1, 4:8)", "x %in% -5:1", "x %in% 4", "s %in% c('10', 'a')", "s == 10", "s %in% 10", "keep", "!keep", "keep & x > 3",
  "keep == TRUE", "keep != FALSE | is.na(keep)", "TRUE", "x == 1 | TRUE", "x == 1 & FALSE | y == 2", "x & y > 0", "!x", "log(x) > 0", "sqrt(x^2 + 1) * 2 - 1 < y", "-x > 0", "x^2 - 3 >= 1",
  "`a b` > 3", "x + y == 4", "abs(x) <= 2", "x/y > 1", "(x > 1) == keep", "x == y", "day >= '2020-01-01'", "day < \"2020-01-05\" | s == 'c'", "s > 'a' & !is.na(x)",
  "x > 0 & x < 5 | s == 'c' & y > 0", "1 < x", "x > 1 & !(s == 'b' | y > 7)", "-2^2 < x", "x %in% c(1, NA)")
truth <- lapply(conditions, function(text) {
  v <- rep_len(suppressWarnings(eval(parse(text = text), d)), nrow(d))
  ifelse(is.na(v), -1, as.integer(v))
})
updates <- list(
  c("y ~ a * b + (1 | g)", ". ~ . + c"), c("y ~ a + (1 | g)", ". ~ . - (1 | g)"), c("y ~ a + (1 | g)", "log(.) ~ ."), c("y ~ a + offset(z) + (1 | g)", ". ~ . + b - 1"),
  c("y ~ 0 + a", ". ~ . + 1"), c("y ~ a - 1", ". ~ . + b"), c("y ~ a + (a || g)", ". ~ . - (a || g) + (1 | g)"), c("y ~ a", "~ . + log(b)"), c("y ~ a + b", ". ~ .^2"),
  c("y ~ a + b", ". ~ .:c"), c("y ~ a + b", ". ~ sqrt(.)"), c("y ~ a", ". ~ I(.^2) + ."), c("log(y) ~ a", "exp(.) ~ ."), c("y ~ (1 | g)", ". ~ . - (1 | g)"), c("y ~ 1", ". ~ . - 1"),
  c("y ~ a + b", ". ~ . - a - b - 1"), c("y ~ a", "z ~ . + b"), c("y ~ a + (1 | g/h)", ". ~ . - (1 | g/h) + (1 | g)"), c("y ~ a + b + c:d + (1 + a | g)", ". ~ . - b + (0 + b | g)"),
  c("y ~ a + (1 | g)", ". ~ . + (1 | h)"), c("y ~ a %in% b", ". ~ ."), c("y ~ a/b", ". ~ . - a"), c("y ~ a + b", ". ~ b + ."), c("y ~ a * b * c", ". ~ . - a:b:c"),
  c("y ~ poly(x, 2) + (1 | g)", ". ~ . - poly(x, 2)"), c("y ~ poly(x, 2, raw = TRUE) + (1 | g)", ". ~ . + x"), c("`my y` ~ `a b`", ". ~ . + c"), c("y ~ a + (1 | g)", ". ~ . + a:(b + c)"),
  c("y ~ (a + b + c)^2", ". ~ . - a:c"), c("y ~ a * b", ". ~ . - a"), c("y ~ a + b", ". ~ . - c"), c("y ~ a + I(a^2)", ". ~ . - I(a^2)"), c("y ~ a", ". ~ 1"), c("y ~ a", ". ~ 0 + ."),
  c("y ~ a + b", ". ~ . * c"), c("y ~ a + b", ". ~ (. + c) * d - b:d"), c("y ~ factor(a) + (1 | g)", ". ~ . - factor(a) + scale(a)"), c("y ~ b:a", ". ~ . + a"), c("y ~ a + (1 + a | g)", ". ~ . - (1 + a | g) + (1 | g) + (0 + a | g)"))
changed <- lapply(updates, function(u) list(formula = u[1], change = u[2], updated = deparse(update(as.formula(u[1]), as.formula(u[2])), 500)))
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")))
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5), check.conv.singular = "ignore")
fitCase <- function(data, formula, subset, REML = TRUE, holes = NULL) {
  table <- read(data)
  if (!is.null(holes)) table[[holes$column]][holes$rows] <- NA
  fit <- eval(bquote(lmer(.(as.formula(formula)), table, subset = .(parse(text = subset)[[1]]), REML = .(REML), control = control)))
  list(data = data, formula = formula, subset = subset, method = if (REML) "REML" else "ML", holes = holes, nobs = nobs(fit), names = names(fixef(fit)), fixed = unname(fixef(fit)),
    criterion = if (REML) REMLcrit(fit) else -2 * as.numeric(logLik(fit)), levels = lapply(getME(fit, "flist"), nlevels))
}
fits <- list(
  fitCase("sleepstudy", "Reaction ~ Days + (Days | Subject)", "Days >= 2"),
  fitCase("sleepstudy", "Reaction ~ scale(Days) + (1 | Subject)", "Days >= 2 & Subject != 308"),
  fitCase("sleepstudy", "Reaction ~ poly(Days, 2) + (1 | Subject)", "Days %in% c(0, 2:7)", FALSE, list(column = "Reaction", rows = c(3, 10, 50))),
  fitCase("orthodont", "distance ~ age * Sex + (1 | Subject)", "age > 8 & Sex == 'Male' | Subject %in% c('F01', 'F02')"),
  fitCase("machines", "score ~ Machine + (1 | Worker)", "Machine != 'B'", TRUE, list(column = "Machine", rows = c(1, 20))),
  fitCase("oats", "yield ~ factor(nitro) + (1 | Block/Variety)", "nitro < 0.5 & !(Block %in% c('I', 'II'))"))
write(toJSON(list(
  generator = paste("base R with nlme", packageVersion("nlme"), "and lme4", packageVersion("lme4")), version = R.version.string,
  data = as.list(d), conditions = lapply(seq_along(conditions), function(k) list(condition = conditions[k], truth = truth[[k]])),
  updates = changed, fits = fits), auto_unbox = TRUE, digits = 12, null = "null", na = "null"), "subset-update.json")
