# Type III tests with empty cells, as lmerTest has them. Writes empty-cells.json, data included.
# Usage, from this folder: Rscript empty-cells.R
suppressMessages({library(lmerTest); library(jsonlite)})
set.seed(20)
data <- expand.grid(a = c("p", "q", "r"), b = c("u", "v", "w"), c = c("s", "t"), g = paste0("g", 1:6), stringsAsFactors = FALSE)
data$x <- round(rnorm(nrow(data)), 2)
data$y <- round(rnorm(6)[as.integer(factor(data$g))] + (data$a == "q") + (data$b == "w") * (data$c == "t") +
                  .4 * data$x + rnorm(nrow(data)), 2)
data <- data[runif(nrow(data)) < .8, ]
data <- data[!(data$a == "p" & data$b == "v") & !(data$a == "r" & data$b == "w" & data$c == "t") & !(data$a == "r" & data$b == "u"), ]
formulas <- c("y ~ a * b + (1 | g)", "y ~ a * b * c + (1 | g)", "y ~ a * b + a * x + c + (1 | g)")
fits <- lapply(formulas, function(f) lapply(c("treatment", "sum"), function(coding) {
  options(contrasts = c(paste0("contr.", coding), "contr.poly"))
  m <- suppressMessages(lmer(as.formula(f), data))
  t <- as.data.frame(suppressMessages(anova(m, type = 3)))
  list(formula = f, contrasts = coding, term = I(rownames(t)), F = I(t[["F value"]]), ndf = I(t$NumDF), ddf = I(t$DenDF))
}))
write_json(list(generator = R.version.string, lmerTest = as.character(packageVersion("lmerTest")), seed = 20,
                data = as.list(data), fits = unlist(fits, recursive = FALSE)), "empty-cells.json", digits = 9, auto_unbox = TRUE)
