# One chain of JAGS (glm module loaded) on a model of benchmarks/effective-draws.js: compiles, adapts, then times the
# sampling alone. Arguments: model name, data file, sweeps, file for the draws. Prints one line of JSON.
suppressPackageStartupMessages(library(rjags))
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[2])
sweeps <- as.integer(args[3])
one_way <- "model { for (i in 1:N) { y[i] ~ dnorm(mu + a[g[i]], tau) }
  for (j in 1:J) { a[j] ~ dnorm(0, taua) }
  mu ~ dnorm(0, 2); tau ~ dgamma(2, 100); taua ~ dgamma(2, 100); v <- 1 / tau; va <- 1 / taua }"
slopes <- "model { for (i in 1:N) { y[i] ~ dnorm(b[1] + b[2] * x[i] + u[g[i], 1] + u[g[i], 2] * x[i], tau) }
  for (j in 1:J) { u[j, 1:2] ~ dmnorm(zero, P) }
  P ~ dwish(R, 3); D <- inverse(P)
  b[1] ~ dnorm(0, 1.0E-6); b[2] ~ dnorm(0, 1.0E-6); tau ~ dgamma(0.001, 0.001); v <- 1 / tau }"
intercept <- "model { for (i in 1:N) { y[i] ~ dnorm(b[1] + b[2] * x[i] + a[g[i]], tau) }
  for (j in 1:J) { a[j] ~ dnorm(0, taua) }
  b[1] ~ dnorm(0, 1.0E-6); b[2] ~ dnorm(0, 1.0E-6)
  tau ~ dgamma(0.001, 0.001); taua ~ dgamma(0.001, 0.001); v <- 1 / tau; va <- 1 / taua }"
group <- function(x) as.integer(factor(x))
spec <- switch(args[1],
  eck = list(one_way, list(y = d$y, g = group(d$g)), c("mu", "va", "v")),
  sleepstudy = list(slopes, list(y = d$Reaction, x = d$Days, g = group(d$Subject), R = diag(c(500, 50)), zero = c(0, 0)),
                    c("b", "D[1,1]", "D[2,1]", "D[2,2]", "v")),
  "radon-intercept" = list(intercept, list(y = d$log_radon, x = d$floor, g = group(d$county)), c("b", "va", "v")),
  "radon-slopes" = list(slopes, list(y = d$log_radon, x = d$floor, g = group(d$county), R = diag(0.1, 2), zero = c(0, 0)),
                        c("b", "D[1,1]", "D[2,1]", "D[2,2]", "v")))
data <- spec[[2]]
data$N <- length(data$y)
data$J <- max(data$g)
load.module("glm", quiet = TRUE)
inits <- list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = 1)
model <- jags.model(textConnection(spec[[1]]), data, inits, n.chains = 1, n.adapt = 1000, quiet = TRUE)
update(model, 1000, progress.bar = "none")
time <- system.time(draws <- coda.samples(model, spec[[3]], sweeps, progress.bar = "none"))
write.csv(as.matrix(draws), args[4], row.names = FALSE)
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf('{"seconds": %.4f, "cpu": %.4f, "memory": %.1f, "version": "%s"}\n', time[["elapsed"]],
            time[["user.self"]] + time[["sys.self"]], peak, as.character(jags.version())))
