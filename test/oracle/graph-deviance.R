# Posterior means of the deviance by JAGS, for test/checks/graph-criticism.test.ts.
# Rscript test/oracle/graph-deviance.R > test/oracle/graph-deviance.json
suppressMessages({ library(rjags); library(jsonlite); library(coda) })
load.module("dic", quiet = TRUE)
seed <- 20250806
models <- list(
  line = list(
    text = "model { for (i in 1:N) { Y[i] ~ dnorm(mu[i], tau); mu[i] <- alpha + beta * (x[i] - 3) }
      alpha ~ dnorm(0, 0.01); beta ~ dnorm(0, 0.1); tau ~ dgamma(1, 1) }",
    data = list(N = 5, Y = c(1, 3, 3, 3, 5), x = 1:5)),
  pump = list(
    text = "model { for (i in 1:N) { theta[i] ~ dgamma(alpha, beta); lambda[i] <- theta[i] * t[i]; x[i] ~ dpois(lambda[i]) }
      alpha ~ dexp(1); beta ~ dgamma(0.1, 1) }",
    data = list(N = 10, t = c(94.3, 15.7, 62.9, 126, 5.24, 31.4, 1.05, 1.05, 2.1, 10.5),
      x = c(5, 1, 5, 14, 3, 19, 1, 1, 4, 22))),
  truncated = list(
    text = "model { for (i in 1:N) { y[i] ~ dnorm(mu, 1) T(0, 3); z[i, 1:2] ~ dmnorm(m[], P[,]) }
      mu ~ dnorm(1, 1); for (k in 1:2) { m[k] ~ dnorm(0, 1) } }",
    data = list(N = 4, y = c(0.3, 1.9, 2.7, 0.8), P = matrix(c(2, 0.5, 0.5, 1), 2),
      z = matrix(c(0.1, -0.4, 1.2, 0.5, 0.9, -1, 0.3, 0.2), 4))))
out <- lapply(models, function(m) {
  inits <- list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = seed)
  j <- jags.model(textConnection(m$text), m$data, inits, quiet = TRUE)
  update(j, 5000, progress.bar = "none")
  s <- coda.samples(j, "deviance", 200000, progress.bar = "none")
  d <- as.numeric(s[[1]])
  list(text = m$text, data = m$data, mean = mean(d), mcse = sd(d) / sqrt(effectiveSize(s)[[1]]), sd = sd(d))
})
cat(toJSON(list(generator = "rjags", version = as.character(packageVersion("rjags")),
  jags = as.character(jags.version()), seed = seed, models = out), auto_unbox = TRUE, digits = 10, pretty = TRUE), "\n")
