# posterior::summarise_draws of the draws of benchmarks/diagnostics.js, the median time of several runs.
# Arguments: file of doubles [scalar][chain][draw], draws, chains, scalars, runs, file for the JSON.
suppressPackageStartupMessages({library(posterior); library(jsonlite)})
args <- commandArgs(trailingOnly = TRUE)
n <- as.integer(args[2:5])
values <- readBin(args[1], "double", n[1] * n[2] * n[3])
draws <- as_draws_array(array(values, n[1:3], list(NULL, NULL, variable = paste0("x", seq_len(n[3])))))
probs <- c(0.05, 0.5, 0.95)
measures <- list(mean = mean, sd = sd, ~quantile2(.x, probs = probs), mcse_mean = mcse_mean, mcse_sd = mcse_sd,
                 ~mcse_quantile(.x, probs = probs), rhat = rhat, ess_bulk = ess_bulk, ess_tail = ess_tail)
times <- replicate(n[4], system.time(found <<- do.call(summarise_draws, c(list(draws), measures)))[["elapsed"]])
write(toJSON(list(version = as.character(packageVersion("posterior")), seconds = median(times), figures = as.data.frame(found)),
             digits = NA, auto_unbox = TRUE), args[6])
