# Writes model-matrix.json: model matrices, offsets and grouping factors as R and lme4 make them.
# Run in this folder: Rscript model-matrix.R
suppressMessages({ library(lme4); library(jsonlite) })
Sys.setlocale("LC_COLLATE", "C")
set.seed(20240611)

n <- 48
data <- data.frame(
  y = round(rnorm(n, 10, 2), 6),
  count = rpois(n, 5) + 1,
  x = round(rnorm(n), 6),
  z = round(runif(n, 0.5, 9), 6),
  year = 68 + rep(0:11, 4),
  week = rep(1:6, 8),
  gappy = round(rnorm(n), 6),
  f = rep(c("low", "mid", "top"), 16),
  g = rep(c("a", "b"), each = 2, length.out = n),
  h = c("p", "q", "r", "s")[1 + (seq_len(n) * 7) %/% 5 %% 4],
  site = c("s1", "s2", "s3", "s4", "s5", "s6")[1 + (seq_len(n) - 1) %/% 8],
  gappyf = rep(c("u", "v", "w", "v"), 12),
  `my var` = round(rnorm(n), 6),
  check.names = FALSE
)
data$gappy[c(3, 17, 30)] <- NA
data$gappyf[c(5, 17)] <- NA
# All combinations of f and g but one occur, so that their product is rank deficient.
data$g[data$f == "top" & data$g == "b"] <- "a"

treatment <- c("contr.treatment", "contr.poly")
codings <- list(treatment = treatment, sum = c("contr.sum", "contr.poly"),
                helmert = c("contr.helmert", "contr.poly"), poly = c("contr.poly", "contr.poly"))

fixed <- c(
  "y ~ 1", "y ~ 0 + x", "y ~ x - 1", "y ~ x", "y ~ f", "y ~ 0 + f", "y ~ f - 1 + x", "y ~ x + f + 0",
  "y ~ x * f", "y ~ x:f", "y ~ f:x - 1", "y ~ 0 + x:f", "y ~ x + x:f", "y ~ f:h", "y ~ 0 + f:h", "y ~ f + f:h",
  "y ~ h + f:h", "y ~ f * h", "y ~ 0 + f + h", "y ~ 0 + h * x", "y ~ f * g", "y ~ f / h", "y ~ (f + x) / h",
  "y ~ h %in% f", "y ~ f + h %in% f", "y ~ (x + z + f)^2", "y ~ (x + f + h)^2 - x:f", "y ~ (x + z)^3 - z",
  "y ~ f * h - f", "y ~ h:f + f", "y ~ x:z:f", "y ~ z + f:x + x:f", "y ~ x + 1 - 1 + f", "y ~ (1 + x) * f",
  "y ~ I(year-78)", "y ~ I(year-78)*f + I(x^2)", "y ~ I((x+z)/2)+I(-x**2) + I(x*100000)+I(2L*x)+I(x+.5)",
  "y ~ poly(x, 2)", "y ~ poly(year,3) * g", "y ~ poly(x,2,raw=TRUE):g", "y ~ poly(x, degree=1)", "y ~ poly(z, 4)",
  "y ~ log(z) + log2(z) + log10(z) + log1p(z)", "y ~ log(z, 3) + log(z, base = 10)", "y ~ exp(x) + expm1(x)",
  "y ~ sqrt(z) + abs(x)", "y ~ sin(2*pi*year/12) + cos(2*pi*year/12) + tan(x/9)", "y ~ scale(x) * f",
  "y ~ scale(z, scale = FALSE) + scale(x, center = FALSE)", "y ~ scale(log(z)) + scale(gappy) + gappy:gappyf",
  "y ~ factor(week)", "y ~ factor(week):x + week", "y ~ gappy + z", "y ~ scale(x) + gappy", "y ~ gappyf * x + gappy",
  "log(count) ~ x + offset(log(z))", "y ~ offset(z) + x + offset(2 * x) + f", "y ~ `my var` * g", "y/2 ~ I(`my var`^2)",
  "y ~ . - site - gappy - gappyf", "log(y) ~ (x + .) - gappyf - h - count - site", "I(y - z) ~ z + I(z * 2) + x",
  "y ~ x + I(2*x) + f + factor(f) + z", "y ~ year + week + I(year + week) + h", "y ~ 0 + f + g + h + f:g",
  "y ~ -1 + (x | site) + f", "y ~ (1 | site) + x - 1 + h", "y ~ x + (1 | g/h)"
)

encode_columns <- function(m) unname(lapply(seq_len(ncol(m)), function(j) unname(m[, j])))

fixed_case <- function(text, coding = "treatment") {
  options(contrasts = codings[[coding]])
  form <- as.formula(text)
  # Rows complete in the variables of the terms; R would also drop those where a variable that `-` removed is missing.
  used <- all.vars(keep_used(lme4::subbars(form), data))
  rows <- which(complete.cases(data[, intersect(used, names(data)), drop = FALSE]))
  plain <- lme4::nobars(form)
  terms <- terms(plain, data = data)
  frame <- model.frame(plain, data, na.action = na.pass)
  matrix_terms <- attr(frame, "terms")
  frame <- frame[rows, , drop = FALSE]
  x <- model.matrix(matrix_terms, frame)
  offset <- model.offset(structure(frame, terms = matrix_terms))
  reduced <- suppressMessages(lme4:::chkRank.drop.cols(x, kind = "message+drop.cols", tol = 1e-7))
  list(formula = text, contrasts = coding, nobs = length(rows), rowIndex = rows - 1L,
       response = unname(frame[[1]]), responseName = deparse(plain[[2]]),
       terms = as.list(c(if (attr(terms, "intercept") == 1) "(Intercept)", attr(terms, "term.labels"))),
       full = as.list(colnames(x)), names = as.list(colnames(reduced)), assign = as.list(attr(x, "assign")),
       columns = encode_columns(reduced), offset = if (is.null(offset)) NULL else as.vector(offset))
}

# The formula with only the variables that its terms use: R keeps those that `-` removed.
keep_used <- function(plain, data) {
  t <- terms(plain, data = data)
  labels <- attr(t, "term.labels")
  offsets <- vapply(as.list(attr(t, "variables"))[-1][attr(t, "offset")], deparse, "")
  right <- c(if (attr(t, "intercept") == 1) "1" else "0", labels, offsets)
  reformulate(right, response = plain[[2]])
}

cases <- lapply(fixed, fixed_case)
for (coding in c("sum", "helmert", "poly")) {
  cases <- c(cases, lapply(c("y ~ f * h", "y ~ 0 + h + f", "y ~ x:f + f:g", "y ~ f:h"), fixed_case, coding = coding))
}

# Random terms: left sides as model.matrix codes them, levels as lme4 orders them.
options(contrasts = treatment)
random <- c(
  "y ~ x + (1 | site)", "y ~ x + (x | site)", "y ~ x + (0 + x | site)", "y ~ f + (f | site)", "y ~ f + (0 + f | site)",
  "y ~ x + (x * g | site)", "y ~ x + (poly(year, 2) | site)", "y ~ week + (1 | site) + (1 | week)",
  "y ~ x + (1 | site:g)", "y ~ x + (x - 1 | h) + (1 | h)", "y ~ gappy + (gappyf | h)", "y ~ z + (log(z) + f:x | site)"
)
ignore <- lmerControl(check.nobs.vs.nRE = "ignore", check.nobs.vs.nlev = "ignore", check.nobs.vs.rankZ = "ignore")
random_case <- function(text) {
  form <- as.formula(text)
  parsed <- suppressMessages(lFormula(form, data, control = ignore))
  bars <- lme4::findbars(form)
  list(formula = text, nobs = nrow(parsed$fr), terms = lapply(bars, function(bar) {
    mm <- model.matrix(eval(substitute(~ left, list(left = bar[[2]]))), parsed$fr)
    group <- deparse(bar[[3]])
    flist <- parsed$reTrms$flist[[group]]
    list(group = group, names = as.list(colnames(mm)), columns = encode_columns(mm),
         levels = levels(flist), codes = as.integer(flist) - 1L)
  }))
}

out <- list(
  generator = "model-matrix.R",
  version = list(R = R.version.string, lme4 = as.character(packageVersion("lme4"))),
  seed = 20240611, data = as.list(data), fixed = cases, random = lapply(random, random_case)
)
writeLines(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "model-matrix.json")
