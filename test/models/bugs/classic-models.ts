/** Models of the kinds that BUGS users have written for thirty years, told anew, with every construct of the dialect. */

export const classicModels: Readonly<Record<string, string>> = {
  growthCurves: `
# Weights of young animals over time: a line for each, the lines drawn from one population.
model {
  for (i in 1:N) {
    for (j in 1:T) {
      Y[i, j] ~ dnorm(mu[i, j], tau.c);
      mu[i, j] <- alpha[i] + beta[i] * (x[j] - x.bar);
    }
    alpha[i] ~ dnorm(alpha.c, tau.alpha);
    beta[i]  ~ dnorm(beta.c, tau.beta);
  }
  alpha.c   ~ dnorm(0, 1.0E-4);
  beta.c    ~ dnorm(0, 1.0E-4);
  tau.c     ~ dgamma(1.0E-3, 1.0E-3);
  tau.alpha ~ dgamma(1.0E-3, 1.0E-3);
  tau.beta  ~ dgamma(1.0E-3, 1.0E-3);
  sigma <- 1 / sqrt(tau.c);
  x.bar <- mean(x[]);
  alpha0 <- alpha.c - beta.c * x.bar;
}`,
  failures: `model
{
   for (i in 1 : N) {
      theta[i] ~ dgamma(alpha, beta)
      lambda[i] <- theta[i] * t[i]
      x[i] ~ dpois(lambda[i])
   }
   alpha ~ dexp(1) ; beta ~ dgamma(.1, 1.)
}`,
  batches: `var y[batches, samples], mu[batches], theta, tau.btw, tau.with, s2.with, s2.btw;
model { for (b in 1:batches) { mu[b] ~ dnorm(theta, tau.btw); for (s in 1:samples) { y[b,s] ~ dnorm(mu[b], tau.with) } }
  theta ~ dnorm(0, 1E-10); s2.with <- 1/tau.with; s2.btw <- 1/tau.btw
  tau.with ~ dgamma(0.001, 0.001); tau.btw ~ dgamma(0.001, 0.001) }`,
  germination: `model {
  for (i in 1:N) {
    r[i] ~ dbin(p[i], n[i])
    b[i] ~ dnorm(0.0, tau)
    logit(p[i]) <- a0 + a1 * x1[i] + a2 * x2[i] + a12 * x1[i] * x2[i] + b[i]
  }
  a0 ~ dnorm(0, 1.0E-6); a1 ~ dnorm(0, 1.0E-6); a2 ~ dnorm(0, 1.0E-6); a12 ~ dnorm(0, 1.0E-6)
  sigma ~ dunif(0, 10)
  tau <- pow(sigma, -2)
}`,
  hospitals: `model {
  for (i in 1:N) { r[i] ~ dbin(p[i], n[i]); logit(p[i]) <- b[i]; b[i] ~ dnorm(mu, tau);
    # the place of each hospital in the league
    place[i] <- sum(above[i, 1:N]); for (j in 1:N) { above[i, j] <- step(p[i] - p[j]) } }
  places[1:N] <- rank(p[]); mu ~ dlnorm(0, 1.0E-6); pop.mean <- exp(mu) / (1 + exp(mu)); tau ~ dgamma(1.0E-3, 1.0E-3)
}`,
  straightLine: `model { for (i in 1:N) { Y[i] ~ dnorm(mu[i], tau); mu[i] <- alpha + beta * (x[i] - mean(x)) }
  alpha ~ dnorm(0, 1e-4); beta ~ dnorm(0, 1e-4); tau ~ dgamma(1e-3, 1e-3); sigma <- sqrt(1 / tau) }`,
  salmonella: `model {
  for (i in 1:doses) {
    for (j in 1:plates) {
      y[i, j] ~ dpois(mu[i, j])
      log(mu[i, j]) <- alpha + beta * log(x[i] + 10) + gamma * x[i] / 1000 + lambda[i, j]
      lambda[i, j] ~ dnorm(0, tau)
    }
  }
  alpha ~ dnorm(0, 1.0E-6) beta ~ dnorm(0, 1.0E-6) gamma ~ dnorm(0, 1.0E-6)
  tau ~ dgamma(0.001, 0.001)
}`,
  crossover: `model { for (k in 1:P) { for (i in 1:N) {
      Y[i, k] ~ dnorm(m[i, k], tau1)
      m[i, k] <- mu + sign[T[i, k]] * phi / 2 + sign[k] * pi / 2 + delta[i] } }
  for (i in 1:N) { delta[i] ~ dnorm(0, tau2) ; T[i, 1] <- group[i] ; T[i, 2] <- 3 - group[i] }
  mu ~ dnorm(0, 1e-6); phi ~ dnorm(0, 1e-6); pi ~ dnorm(0, 1e-6)
  tau1 ~ dgamma(.001, .001); tau2 ~ dgamma(.001, .001)
  theta <- exp(phi)
  equiv <- step(theta - 0.8) - step(theta - 1.2) }`,
  chimneys: `data {
  for (j in 1:p) { b.bar[j] <- mean(x[, j]); for (i in 1:N) { z[i, j] <- (x[i, j] - b.bar[j]) / sd(x[, j]) } }
}
model {
  d <- 4
  for (i in 1:N) {
    Y[i] ~ dt(mu[i], tau, d)
    mu[i] <- beta0 + inprod(beta[], z[i, ])
    stres[i] <- (Y[i] - mu[i]) / sigma
    outlier[i] <- step(stres[i] - 2.5) + step(-(stres[i] + 2.5))
  }
  beta0 ~ dnorm(0, 1e-5); for (j in 1:p) { beta[j] ~ dnorm(0, phi) }
  phi ~ dgamma(.01, .01); tau ~ dgamma(1e-3, 1e-3); sigma <- sqrt(d / ((d - 2) * tau))
}`,
  bivariateGrowth: `model {
  for (i in 1:N) {
    beta[i, 1:2] ~ dmnorm(mu.beta[], R[, ])
    for (j in 1:T) { Y[i, j] ~ dnorm(mu[i, j], tauC); mu[i, j] <- beta[i, 1] + beta[i, 2] * x[j] }
  }
  mu.beta[1:2] ~ dmnorm(mean[], prec[, ])
  R[1:2, 1:2] ~ dwish(Omega[, ], 2)
  Sigma2[1:2, 1:2] <- inverse(R[, ])
  tauC ~ dgamma(0.001, 0.001)
}`,
  seaCows: `model {
  for (i in 1:N) { Y[i] ~ dnorm(mu[i], tau); mu[i] <- alpha - beta * pow(gamma, x[i]) }
  alpha ~ dnorm(0.0, 1.0E-6) T(0, )
  beta  ~ dnorm(0.0, 1.0E-6) T(0, );
  gamma ~ dunif(0.5, 1.0)
  tau ~ dgamma(0.001, 0.001); U3 <- logit(gamma)
}`,
  twoPeaks: `model {
  for (i in 1:N) { y[i] ~ dnorm(mu[T[i]], tau); T[i] ~ dcat(P[]) }
  P[1:2] ~ ddirch(alpha[])
  theta ~ dnorm(0, 1.0E-6) T(0, )
  lambda[2] <- lambda[1] + theta
  lambda[1] ~ dnorm(0, 1.0E-6)
  for (k in 1:2) { mu[k] <- lambda[k] }
  tau ~ dgamma(0.001, 0.001)
}`,
  relapse: `model {
  for (j in 1:T) { for (i in 1:N) {
    Y[i, j] <- step(obs.t[i] - t[j] + eps)
    dN[i, j] <- Y[i, j] * step(t[j + 1] - obs.t[i] - eps) * fail[i]
    counts[i, j] ~ dpois(Idt[i, j])
    Idt[i, j] <- Y[i, j] * exp(beta * Z[i]) * dL0[j] }
    dL0[j] ~ dgamma(mu[j], c)
    mu[j] <- dL0.star[j] * c
    S.treat[j] <- pow(exp(-sum(dL0[1:j])), exp(beta * -0.5))
    S.placebo[j] <- pow(exp(-sum(dL0[1:j])), exp(beta * 0.5)) }
  c <- 0.001; r <- 0.1; eps <- 1.0E-5; beta ~ dnorm(0.0, 0.000001)
  for (j in 1:T) { dL0.star[j] <- r * (t[j + 1] - t[j]) }
}`,
  censoredLives: `model {
  for (i in 1:M) { for (j in 1:N) {
      is.censored[i, j] ~ dinterval(t[i, j], t.cen[i, j])
      t[i, j] ~ dweib(r, mu[i]) }
    mu[i] <- exp(beta[i]); beta[i] ~ dnorm(0.0, 0.001)
    median[i] <- pow(log(2) * exp(-beta[i]), 1 / r) }
  r ~ dexp(0.001); veh.control <- beta[2] - beta[1] }`,
  oldCensoring: `model { for (i in 1:N) { t[i] ~ dweib(r, mu) I(t.cen[i], ); s[i] ~ dnorm(0, 1)I(, 2) } r ~ dexp(1) mu ~ dgamma(1, 1) }`,
  smoothedRates: `model {
  for (k in 1:K) { births[k] ~ dpois(lambda[k]); log(lambda[k]) <- beta[k] + log(pop[k]) }
  beta[1] ~ dnorm(0, tau * 1.0E-6)
  beta[2] ~ dnorm(beta[1], tau)
  for (k in 3:K) { beta[k] ~ dnorm(2 * beta[k-1] - beta[k-2], tau) }
  for (k in 1:(K - 1)) { d[k] <- beta[k + 1] - beta[k] }
  tau ~ dgamma(1.0E-3, 1.0E-3)
}`,
  contests: `model { for (i in 1:I) { for (k in 1:K) { pi[i, k] <- phi[i, k] / sum(phi[i, ]); log(phi[i, k]) <- a[k] + b[k] * z[i] }
    votes[i, 1:K] ~ dmulti(pi[i, 1:K], n[i]); n[i] <- sum(votes[i, ]) }
  a[1] <- 0; b[1] <- 0; for (k in 2:K) { a[k] ~ dnorm(0, 1.0E-5); b[k] ~ dnorm(0, 1.0E-5) } }`,
  dose: `model { for (i in 1:N) { r1[i] ~ dbin(p1[i], n[i]); r2[i] ~ dbin(p2[i], n[i]); r3[i] ~ dbin(p3[i], n[i])
    logit(p1[i]) <- a - b * x[i]; probit(p2[i]) <- a - b * x[i]; cloglog(p3[i]) <- a - b * x[i] }
  a = 1; b = 2 }`,
  strokes: `model { for (i in 1:N) { y[i] ~ dbern(p[i]); q[i] <- ilogit(eta[i]) ; p[i] <- phi(eta[i]) * (1 - q[i]) + icloglog(eta[i]) * 0
  eta[i] <- b[1] + b[2] * (sex[i] == 1) + b[3] * equals(age[i], 2) }
  for (j in 1:3) { b[j] ~ ddexp(0, 1) } }`,
  changePoint: `model { for (i in 1:N) { Y[i] ~ dnorm(mu[i], tau); mu[i] <- alpha + beta[J[i]] * (x[i] - x.change); J[i] <- 1 + step(x[i] - x.change) }
  for (j in 1:2) { beta[j] ~ dnorm(0, 1.0E-6) } x.change ~ dunif(-1.3, 1.1) alpha ~ dnorm(0, 1e-6) tau ~ dgamma(.001, .001) }`,
  skills: `model {
  # a graded response for each of several items
  for (i in 1:nChild) {
    theta[i] ~ dnorm(0, 0.001)
    for (j in 1:nInd) {
      for (k in 1:(ncat[j] - 1)) { logit(Q[i, j, k]) <- delta[j] * (theta[i] - gamma[j, k]) }
      p[i, j, 1] <- 1 - Q[i, j, 1]
      for (k in 2:(ncat[j] - 1)) { p[i, j, k] <- Q[i, j, k - 1] - Q[i, j, k] }
      p[i, j, ncat[j]] <- Q[i, j, ncat[j] - 1]
      grade[i, j] ~ dcat(p[i, j, 1:ncat[j]])
    }
  }
}`,
  blockers: `model { for (i in 1:Num) { rt[i] ~ dbin(pt[i], nt[i]); rc[i] ~ dbin(pc[i], nc[i])
    logit(pc[i]) <- mu[i]; logit(pt[i]) <- mu[i] + delta[i]; mu[i] ~ dnorm(0, 1.0E-5); delta[i] ~ dt(d, tau, 4) }
  d ~ dnorm(0, 1.0E-6); skew ~ dbeta(1, 1); k ~ dnegbin(skew, 3); tau ~ dgamma(1.0E-3, 1.0E-3); delta.new ~ dt(d, tau, 4); sigma <- 1 / sqrt(tau) }`,
  networks: `model { x ~ dcat(p.x[]) ; y ~ dcat(p.y[x, ]) ; z ~ dcat(p.z[x, y, ]) ; either <- max(x, y); both <- x == 2 && y == 2; any <- x == 2 || !(y == 1) }`,
  genetics: `model { for (i in 1:n) { geno[i] ~ dcat(p[i, 1:3]); p[i, 1:3] <- trans[geno[mother[i]], geno[father[i]], 1:3] } }`,
  jawGrowth: `model { for (i in 1:N) { Y[i, 1:M] ~ dmnorm(mu[], Omega[, ]) } for (j in 1:M) { mu[j] <- b0 + b1 * age[j] }
  Omega ~ dwish(R, 4); Sigma <- inverse(Omega); ld <- logdet(Omega); b0 ~ dnorm(0, .001); b1 ~ dnorm(0, .001)
  for (i in 1:N) { e[i] <- t(Y[i, ] - mu) %*% Omega %*% (Y[i, ] - mu) } }`,
  orange: `model { for (i in 1:K) { for (j in 1:n) { Y[i, j] ~ dnorm(eta[i, j], tauC); eta[i, j] <- phi[i, 1] / (1 + phi[i, 2] * exp(phi[i, 3] * x[j])) }
    phi[i, 1] <- exp(theta[i, 1]); phi[i, 2] <- exp(theta[i, 2]) - 1; phi[i, 3] <- -exp(theta[i, 3])
    theta[i, 1:3] ~ dmnorm(mu[1:3], tau[1:3, 1:3]) }
  mu[1:3] ~ dmnorm(m[], prec[, ]) tau[1:3, 1:3] ~ dwish(R[, ], 3) sigma2[1:3, 1:3] <- inverse(tau[, ]) }`,
  raggedWaits: `model { for (i in 1:N) { for (j in offset[i]:(offset[i + 1] - 1)) { wait[j] ~ dexp(rate[i]) } rate[i] ~ dgamma(2, 1) } }`,
  aligators: `model { for (i in 1:I) { for (j in 1:J) { X[i, j, 1:K] ~ dmulti(p[i, j, 1:K], n[i, j]); n[i, j] <- sum(X[i, j, ])
   for (k in 1:K) { p[i, j, k] <- phi[i, j, k] / sum(phi[i, j, ]); log(phi[i, j, k]) <- alpha[k] + beta[i, k] + gamma[j, k] } } } }`,
  mixtureOfNormals: `model { for (i in 1:N) { y[i] ~ dnormmix(mu, tau, pi) } mu <- sort(mu0) ; for (k in 1:2) { mu0[k] ~ dnorm(0, 1E-4); tau[k] ~ dgamma(1, 1) } pi ~ ddirch(c(1, 1)) }`,
  interpolation: `model { for (i in 1:N) { y[i] ~ dpar(alpha, c[i]); c[i] <- interp.lin(x[i], xs, ys) }
  alpha ~ dgen.gamma(1, 2, 0.5) ; b <- ifelse(alpha > 1, rep(2, 3), c(1, 2, 3)) }`,
  wordsAsNames: `model { T ~ dnorm(0, 1) T(T.low, ) I ~ dnorm(T, 1); data <- I + T; model <- data ^ 2; in <- 3; for <- in; var <- -for ^ 2; mean <- mean(x); pi <- 3.14159; log <- log(pi); log(c) <- 2
  for (in in in:for) { z[in] <- in * T } y ~ dnorm(I, T) I(, I) }`,
  oneLine: `model{a<-1;b<-a**2;;c=-b^-a}`,
  comments: `/* two
lines */ model { # here
  x ~ dnorm(0 /* mean */, 1) # and "quotes" or ~ <- do no harm here
  /**/ y <- x /* * 2 */ }
# the end`,
  windows: "model {\r\n  x ~ dnorm(0, 1) # note\r\n  y <- x\r\n}\r\n",
}
