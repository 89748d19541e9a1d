# Marginal means and contrasts on a reference grid with equal weights, from lme4's REML fits: the estimator of R's emmeans, by its formula L beta.
# Rscript marginal-means.R > marginal-means.json   (in this folder)
suppressPackageStartupMessages({library(lme4); library(jsonlite)})
read <- function(name) read.csv(file.path("..", "..", "data", paste0(name, ".csv")), stringsAsFactors = TRUE)
grid_means <- function(fit, data, grid, by) {
  X <- model.matrix(delete.response(terms(nobars(formula(fit)))), grid)
  key <- interaction(grid[by], sep = " ", lex.order = TRUE)
  L <- t(sapply(levels(key), function(k) colMeans(X[key == k, , drop = FALSE])))
  list(labels = levels(key), weights = unname(L), names = colnames(X),
       means = as.numeric(L %*% fixef(fit)), se = sqrt(diag(L %*% as.matrix(vcov(fit)) %*% t(L))))
}
irrigation <- read("irrigation")
a <- lmer(yield ~ irrigation * variety + (1 | field), irrigation)
ga <- expand.grid(irrigation = levels(irrigation$irrigation), variety = levels(irrigation$variety))
orthodont <- read("orthodont"); orthodont$Subject <- factor(orthodont$Subject)
b <- lmer(distance ~ log(age) * Sex + (1 | Subject), orthodont)
gb <- expand.grid(age = mean(orthodont$age), Sex = levels(orthodont$Sex))
few <- irrigation[-c(1, 2, 5), ]
c <- lmer(yield ~ irrigation + variety + (1 | field), few)
gc <- expand.grid(irrigation = levels(few$irrigation), variety = levels(few$variety))
ins <- read.csv(text = paste("y,dose,f,g", paste(sprintf("%f,%d,%s,%s", round(sin(1:24) * 3 + rep(1:3, 8), 3), rep(1:3, 8), rep(c("a", "b"), each = 12), rep(letters[1:6], each = 4)), collapse = "\n"), sep = "\n"), stringsAsFactors = TRUE)
d <- lmer(y ~ factor(dose) * f + (1 | g), ins)
gd <- expand.grid(dose = 1:3, f = levels(ins$f))
out <- list(generator = paste("R", getRversion(), "lme4", packageVersion("lme4")),
  irrigation = grid_means(a, irrigation, ga, "irrigation"),
  cells = grid_means(a, irrigation, ga, c("irrigation", "variety")),
  sex = grid_means(b, orthodont, gb, "Sex"),
  unbalanced = grid_means(c, few, gc, "irrigation"),
  dose = grid_means(d, ins, gd, "dose"),
  doseData = as.list(ins))
cat(toJSON(out, digits = NA, auto_unbox = TRUE))
