# Draws that JAGS and rjags wrote, and what R's posterior says of them.
#   cd test/oracle/draws && Rscript make-jags.R
# Writes CODAindex.txt, CODAchain1.txt, CODAchain2.txt (the stand-alone JAGS), rjags.csv (posterior's columns),
# rjags-coda.csv (columns of coda's as.matrix) and jags.json (generator, versions, summaries).
suppressMessages({
  library(rjags)
  library(posterior)
  library(jsonlite)
})
data <- list(
  y = c(59.8, 60, 60.8, 60.8, 60.8, 59.8, 60, 60.2, 60.4, 59.9, 60.7, 60.7, 60.5, 60.9, 60.3, 61, 60.5, 60.6, 60.8, 60.6),
  g = rep(1:4, each = 5), n = 20, J = 4
)
model <- "model {
  for (i in 1:n) { y[i] ~ dnorm(a[g[i]], tau) }
  for (j in 1:J) { a[j] ~ dnorm(mu, taua) }
  mu ~ dnorm(60, 0.001)
  tau ~ dgamma(1, 0.1)
  taua ~ dgamma(1, 0.1)
  sigma <- 1 / sqrt(tau)
}"
folder <- tempfile()
dir.create(folder)
writeLines(model, file.path(folder, "pulp.bug"))
dump(names(data), file.path(folder, "pulp.R"), envir = list2env(data))
for (chain in 1:2) {
  writeLines(c('.RNG.name <- "base::Mersenne-Twister"', paste(".RNG.seed <-", chain)), file.path(folder, paste0("init", chain, ".R")))
}
writeLines(c(
  "model in pulp.bug", "data in pulp.R", "compile, nchains(2)",
  "parameters in init1.R, chain(1)", "parameters in init2.R, chain(2)", "initialize", "update 200",
  "monitor mu, thin(2)", "monitor a, thin(2)", "monitor sigma, thin(2)", "update 120", "coda *"
), file.path(folder, "pulp.cmd"))
here <- setwd(folder)
stopifnot(system("jags pulp.cmd", ignore.stdout = TRUE) == 0)
written <- c("CODAindex.txt", "CODAchain1.txt", "CODAchain2.txt")
setwd(here)
stopifnot(file.copy(file.path(folder, written), ".", overwrite = TRUE))

inits <- lapply(1:3, function(k) list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = k))
m <- jags.model(textConnection(model), data, inits, n.chains = 3, quiet = TRUE)
update(m, 200, progress.bar = "none")
x <- coda.samples(m, c("mu", "a", "sigma"), 200, thin = 2, progress.bar = "none")
for (c in seq_along(x)) x[[c]][] <- signif(x[[c]], 7)
write.csv(as_draws_df(x), "rjags.csv", row.names = FALSE)
write.csv(as.matrix(x, iters = TRUE, chains = TRUE), "rjags-coda.csv", row.names = FALSE)

describe <- function(draws) {
  s <- as.data.frame(summarise_draws(draws, "mean", "sd", "mcse_mean", "mcse_sd", ~quantile(.x, c(0.05, 0.5, 0.95)),
    ~mcse_quantile(.x, c(0.05, 0.5, 0.95)), "rhat", "ess_bulk", "ess_tail", "ess_mean", "ess_sd"))
  names(s) <- c("name", "mean", "sd", "mcse_mean", "mcse_sd", "q5", "q50", "q95", "mcse_q5", "mcse_q50", "mcse_q95",
    "rhat", "ess_bulk", "ess_tail", "ess_mean", "ess_sd")
  # The z score farthest from 0 of the chains.
  z <- sapply(variables(draws), function(v) {
    all <- apply(extract_variable_matrix(draws, v), 2, function(one) coda::geweke.diag(coda::mcmc(one))$z)
    all[which.max(abs(all))]
  })
  s$geweke_z <- unname(z)
  s$iact <- ndraws(draws) / s$ess_mean
  s
}
stand_alone <- as_draws(coda::mcmc.list(lapply(1:2, function(c)
  coda::read.coda(paste0("CODAchain", c, ".txt"), "CODAindex.txt", quiet = TRUE))))
writeLines(toJSON(list(
  generator = "test/oracle/draws/make-jags.R",
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), jags = as.character(jags.version()),
    rjags = as.character(packageVersion("rjags")), posterior = as.character(packageVersion("posterior")),
    coda = as.character(packageVersion("coda"))),
  seeds = 1:3, coda = describe(stand_alone), rjags = describe(as_draws(x))
), digits = I(15), auto_unbox = TRUE, pretty = TRUE), "jags.json")
