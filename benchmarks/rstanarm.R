# One chain of rstanarm's stan_lmer on a model of benchmarks/effective-draws.js, with normal(0, 1000) on the coefficients and
# otherwise its own priors: it has neither inverse-gamma nor inverse-Wishart. Arguments: model name, data file, sweeps (a tenth of
# them are drawn), file for the draws.
suppressPackageStartupMessages(library(rstanarm))
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[2])
sweeps <- as.integer(args[3]) %/% 10
formula <- switch(args[1],
  eck = y ~ 1 + (1 | g),
  sleepstudy = Reaction ~ Days + (Days | Subject),
  "radon-intercept" = log_radon ~ floor + (1 | county),
  "radon-slopes" = log_radon ~ floor + (floor | county))
before <- proc.time()
fit <- stan_lmer(formula, data = d, chains = 1, iter = sweeps + 1000, warmup = 1000, seed = 1, refresh = 0,
                 prior = normal(0, 1000), prior_intercept = normal(0, 1000))
used <- proc.time() - before
draws <- as.matrix(fit)
keep <- !grepl("^b\\[", colnames(draws))
write.csv(draws[, keep], args[4], row.names = FALSE)
# Sampling without warm-up, as Stan reports it; the processor time is that of the whole call.
seconds <- sum(rstan::get_elapsed_time(fit$stanfit)[, "sample"])
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf('{"seconds": %.4f, "cpu": %.4f, "memory": %.1f, "sweeps": %d, "version": "%s"}\n', seconds,
            used[["user.self"]] + used[["sys.self"]], peak, sweeps, as.character(packageVersion("rstanarm"))))
