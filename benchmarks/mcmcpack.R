# One chain of MCMCpack's MCMChregress on a model of benchmarks/effective-draws.js that it has: correlated slopes, whose
# IW(3, S) it states as r = 3, R = S / 3. Arguments: model name, data file, sweeps, file for the draws.
suppressPackageStartupMessages(library(MCMCpack))
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[2])
sweeps <- as.integer(args[3])
spec <- switch(args[1],
  sleepstudy = list(Reaction ~ Days, ~ Days, "Subject", diag(c(500, 50))),
  "radon-slopes" = list(log_radon ~ floor, ~ floor, "county", diag(0.1, 2)))
if (is.null(spec)) quit(status = 1)
invisible(capture.output(time <- system.time(
  fit <- MCMChregress(spec[[1]], spec[[2]], spec[[3]], data = d, burnin = 1000, mcmc = sweeps, thin = 1, verbose = 0, seed = 1,
                      mubeta = 0, Vbeta = 1e6, r = 3, R = spec[[4]] / 3, nu = 0.001, delta = 0.001))))
draws <- as.matrix(fit$mcmc)
# The covariance is there twice: the third of four entries is left out.
keep <- c(grep("^beta[.]", colnames(draws)), grep("^VCV[.]", colnames(draws))[-3], grep("^sigma2$", colnames(draws)))
write.csv(draws[, keep], args[4], row.names = FALSE)
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf('{"seconds": %.4f, "cpu": %.4f, "memory": %.1f, "sweeps": %d, "version": "%s"}\n', time[["elapsed"]],
            time[["user.self"]] + time[["sys.self"]], peak, sweeps + 1000, as.character(packageVersion("MCMCpack"))))
