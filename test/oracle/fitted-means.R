# Least-squares means and their differences of lmerTest. Run in this folder: Rscript fitted-means.R
suppressMessages({
  library(lmerTest)
  library(pbkrtest)
  library(jsonlite)
})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
tight <- lmerControl(optimizer = "bobyqa", calc.derivs = FALSE, optCtrl = list(maxfun = 1e5, rhoend = 1e-10))
# Stroup's split plot, the example of SAS's PROC MIXED, without four of its rows.
plots <- expand.grid(B = c("b1", "b2"), A = c("a1", "a2", "a3"), Block = c("k1", "k2", "k3", "k4"))
plots$Y <- c(56, 41, 50, 36, 39, 35, 30, 25, 36, 28, 33, 30, 32, 24, 31, 27, 15, 19, 30, 25, 35, 30, 17, 18)
plots <- plots[-c(3, 10, 17, 18), ]
oats <- read("oats")
gaps <- oats[-c(2, 11, 12, 29, 45, 46, 47, 48, 60), ]
table <- function(fit, which, ddf, pairwise) {
  m <- as.data.frame(ls_means(fit, which, ddf = ddf, pairwise = pairwise))
  list(labels = I(rownames(m)), estimate = I(m$Estimate), se = I(m[["Std. Error"]]), df = I(m$df), t = I(m[["t value"]]),
    lower = I(m$lower), upper = I(m$upper), p = I(m[["Pr(>|t|)"]]))
}
case <- function(data, formula, which, factors, fit) {
  both <- function(pairwise) {
    list(satterthwaite = table(fit, which, "Satterthwaite", pairwise), kr = table(fit, which, "Kenward-Roger", pairwise))
  }
  list(data = data, formula = formula, factors = I(factors), means = both(FALSE), differences = both(TRUE))
}
split <- lmer(Y ~ A * B + (1 | Block) + (1 | Block:A), plots, control = tight)
covariate <- lmer(yield ~ Variety * nitro + (1 | Block/Variety), gaps, control = tight)
cases <- list(
  case("plots", "Y ~ A * B + (1 | Block) + (1 | Block:A)", "A", "A", split),
  case("plots", "Y ~ A * B + (1 | Block) + (1 | Block:A)", "A:B", c("A", "B"), split),
  case("gaps", "yield ~ Variety * nitro + (1 | Block/Variety)", "Variety", "Variety", covariate)
)
writeLines(toJSON(list(
  generator = "fitted-means.R", versions = list(R = R.version.string, lmerTest = as.character(packageVersion("lmerTest"))),
  data = list(plots = as.list(plots), gaps = as.list(gaps[c("Block", "Variety", "nitro", "yield")])), cases = cases
), auto_unbox = TRUE, digits = NA), "fitted-means.json")
