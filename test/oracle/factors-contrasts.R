# Writes factors-contrasts.json: R's contrast matrices, number labels and factor interactions.
# Run in this folder: Rscript factors-contrasts.R
library(jsonlite)

contrasts_of <- function(kind, n) {
  m <- get(paste0("contr.", kind))(n)
  names <- colnames(m)
  list(kind = kind, n = n, names = I(if (is.null(names)) as.character(seq_len(n - 1)) else names),
       matrix = unname(as.matrix(m)))
}
# Up to 12 levels: contr.poly factors a Vandermonde matrix and has lost five digits at 20.
cases <- list()
for (kind in c("treatment", "sum", "helmert", "poly"))
  for (n in c(2:8, 12)) cases <- c(cases, list(contrasts_of(kind, n)))

set.seed(1)
numbers <- c(0, 1, -1, 0.2, 1/3, 2/3, 0.1 + 0.2, 100, 1e4, 1e5, 123456, 1e-4, 1e-5, 0.00012, 0.0001234, 1.5e10, 1e15,
  12345.678, 1e22, 1.7976931348623157e308, 5e-324, 2.5e-100, -3e5, -0.0001, 299999, 3e5, 120000, 1200000, pi * 10^(-8:8),
  signif(rnorm(40) * 10^sample(-12:12, 40, TRUE), sample(1:15, 40, TRUE)))

a <- factor(c("b", "a", "c", "a", "b", NA, "c", "a"))
b <- factor(c("10", "9", "2", "10", "10", "2", NA, "9"))
both <- droplevels(a:b)
scores <- factor(c(10, 9, 0.5, NA, 1e5, 9, 0.1 + 0.2, 0.3, -2))

out <- list(
  generator = "factors-contrasts.R", version = R.version.string, seed = 1,
  contrasts = cases,
  # Numbers as strings with 17 digits: jsonlite would round them.
  numbers = data.frame(value = sprintf("%.17g", numbers), label = as.character(numbers)),
  interaction = list(a = as.character(a), b = as.character(b), levels = levels(both), codes = as.integer(both) - 1L),
  numericFactor = list(levels = levels(scores), codes = as.integer(scores) - 1L))
write(toJSON(out, digits = I(17), auto_unbox = TRUE, na = "null", pretty = FALSE, matrix = "rowmajor"),
  "factors-contrasts.json")
