# Writes formula-terms.json: how R reads expressions and expands random formulas into coded terms.
# Run in this folder: Rscript formula-terms.R
suppressMessages(library(jsonlite))
set.seed(97)

# The tree R makes of a text, as a nested call in prefix form.
prefix <- function(e) {
  if (is.call(e)) {
    parts <- as.list(e)
    head <- deparse(parts[[1]])
    if (head == "(") return(paste0("paren(", prefix(parts[[2]]), ")"))
    return(paste0(gsub("`", "", head), "(", paste(vapply(parts[-1], prefix, ""), collapse = ","), ")"))
  }
  if (is.numeric(e)) format(e) else as.character(e)
}

atoms <- c("a", "b", "c", "d")
operators <- c("+", "-", "*", "/", ":", "^", "%in%", "|", "||")
random_expression <- function(depth) {
  if (depth == 0 || runif(1) < 0.2) return(sample(atoms, 1))
  if (runif(1) < 0.12) return(paste0("-", random_expression(depth - 1)))
  if (runif(1) < 0.15) return(paste0("(", random_expression(depth - 1), ")"))
  paste(random_expression(depth - 1), sample(operators, 1), random_expression(depth - 1))
}
texts <- unique(vapply(1:120, function(i) random_expression(4), ""))
precedence <- lapply(texts, function(text) {
  e <- parse(text = text)[[1]]
  list(text = text, tree = prefix(e), deparse = paste(deparse(e, width.cutoff = 500L), collapse = ""))
})

random_terms <- function(depth) {
  if (depth == 0 || runif(1) < 0.15) return(sample(atoms, 1))
  if (runif(1) < 0.15) return(paste0("(", random_terms(depth - 1), ")^2"))
  if (runif(1) < 0.2) return(paste0("(", random_terms(depth - 1), ")"))
  paste(random_terms(depth - 1), sample(c("+", "+", "-", "*", "/", ":", ":", "%in%"), 1), random_terms(depth - 1))
}
starts <- c("", "0 + ", "1 + ", "-1 + ")
formulas <- unique(vapply(1:200, function(i) paste0("y ~ ", sample(starts, 1), random_terms(3)), ""))
expansions <- lapply(formulas, function(text) {
  t <- terms(as.formula(text))
  factors <- attr(t, "factors")
  labels <- attr(t, "term.labels")
  if (length(labels) > 0 && attr(t, "intercept") == 0) {
    # model.matrix codes the first factor in full when there is no intercept.
    first <- which(factors[, 1] > 0)[1]
    factors[first, 1] <- 2
  }
  list(formula = text, intercept = attr(t, "intercept") == 1, terms = as.list(labels),
       full = lapply(seq_along(labels), function(j) {
         used <- factors[, j][factors[, j] > 0]
         as.list(used == 2)
       }))
})
expansions <- lapply(expansions, function(e) { e$full <- lapply(e$full, unname); e })

out <- list(generator = "formula-terms.R", version = R.version.string, seed = 97,
            precedence = precedence, expansions = expansions)
writeLines(toJSON(out, auto_unbox = TRUE), "formula-terms.json")
