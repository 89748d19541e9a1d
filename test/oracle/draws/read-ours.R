# Draws that gibbsite wrote, read by R: Rscript read-ours.R (reads ours/ beside it, writes read-ours.json).
# ours/ holds draws.csv, the CODA files and the CmdStan files that test/draws/read-by-r.test.ts makes anew and compares.
suppressMessages({
  library(posterior)
  library(coda)
  library(jsonlite)
})
describe <- function(matrix) {
  lapply(setNames(colnames(matrix), colnames(matrix)), function(name) {
    list(mean = mean(matrix[, name]), sd = sd(matrix[, name]))
  })
}
csv <- as_draws_df(read.csv("ours/draws.csv", check.names = FALSE))
chains <- lapply(1:2, function(c) {
  read.coda(sprintf("ours/CODAchain%d.txt", c), "ours/CODAindex.txt", quiet = TRUE)
})
stan <- do.call(rbind, lapply(1:2, function(c) {
  read.csv(sprintf("ours/output_%d.csv", c), comment.char = "#", check.names = FALSE)
}))
write_json(list(
  generator = "test/oracle/draws/read-ours.R",
  versions = list(R = as.character(getRversion()), posterior = as.character(packageVersion("posterior")),
    coda = as.character(packageVersion("coda"))),
  chains = nchains(csv),
  csv = describe(as_draws_matrix(csv)),
  rhat = sapply(variables(csv), function(name) rhat(extract_variable_matrix(csv, name)), simplify = FALSE),
  coda = describe(as.matrix(mcmc.list(chains))),
  cmdstan = describe(as.matrix(stan))
), "read-ours.json", auto_unbox = TRUE, digits = NA, pretty = TRUE)
