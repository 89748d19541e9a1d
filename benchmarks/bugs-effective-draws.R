# Effective draws of JAGS (glm module loaded) on a model of examples/bugs: compiles, adapts, then times the sampling alone.
# Arguments: folder of the model, monitors (one text, commas), seconds, file for the draws. Prints one line of JSON; seconds
# are of the processor.
suppressPackageStartupMessages({library(rjags); library(jsonlite)})
load.module("glm", quiet = TRUE)
args <- commandArgs(trailingOnly = TRUE)
read <- function(name) {
  file <- file.path(args[1], name)
  if (!file.exists(file)) return(list())
  # null is NA.
  lapply(fromJSON(file), function(x) if (is.list(x)) do.call(rbind, x) else x)
}
inits <- read("inits.json")
inits <- c(inits, list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = 1))
monitors <- strsplit(args[2], ",")[[1]]
monitors <- unique(sub("\\[.*", "", monitors))
model <- jags.model(file.path(args[1], "model.bug"), read("data.json"), inits, n.chains = 1, n.adapt = 1000, quiet = TRUE)
update(model, 1000, progress.bar = "none")
timed <- function(sweeps) {
  seconds <- system.time(draws <- coda.samples(model, monitors, sweeps, progress.bar = "none"))[["user.self"]]
  list(seconds = seconds, draws = draws)
}
trial <- timed(2000)
sweeps <- max(4000, min(200000, round(2000 * as.numeric(args[3]) / max(trial$seconds, 0.001))))
run <- timed(sweeps)
write.csv(as.matrix(run$draws), args[4], row.names = FALSE)
cat(sprintf('{"seconds": %.4f, "jags": "%s"}\n', run$seconds, as.character(jags.version())))
