# The one-way Gibbs sampler of examples/eck-gibbs.ts as an R course writes it: one full conditional after the other,
# straight from the data. Prints one line of JSON: seconds of the loop and posterior means.
args <- commandArgs(trailingOnly = TRUE)
data <- read.csv(args[1])
sweeps <- as.integer(args[2])
set.seed(13)
y <- data$y
g <- as.integer(factor(data$g))
J <- max(g)
n <- tabulate(g, J)
N <- length(y)
rows <- split(seq_len(N), g)
mu <- 0; a <- rep(0, J); s2 <- 1; s2a <- 1
keep <- matrix(0, sweeps, 3)
seconds <- system.time(for (t in seq_len(sweeps)) {
  s2a <- 1 / rgamma(1, 2 + J / 2, 100 + sum(a^2) / 2)
  s2 <- 1 / rgamma(1, 2 + N / 2, 100 + sum((y - mu - a[g])^2) / 2)
  p <- N / s2 + 1 / 0.5
  mu <- rnorm(1, sum(y - a[g]) / s2 / p, sqrt(1 / p))
  for (j in seq_len(J)) {
    p <- n[j] / s2 + 1 / s2a
    a[j] <- rnorm(1, sum(y[rows[[j]]] - mu) / s2 / p, sqrt(1 / p))
  }
  keep[t, ] <- c(mu, s2a, s2)
})[["elapsed"]]
cat(sprintf('{"seconds": %.4f, "mean": [%.4f, %.4f, %.4f]}\n', seconds, mean(keep[, 1]), mean(keep[, 2]), mean(keep[, 3])))
