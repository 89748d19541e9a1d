# InstEval of lme4: 73,421 ratings of lecturers (d) by students (s) in departments (dept).
#   Rscript insteval.R data FILE            writes the data as CSV
#   Rscript insteval.R jags FILE SWEEPS OUT one chain of JAGS (glm module loaded): compiles, then times the sampling alone,
#                                           writes its draws to OUT and prints one line of JSON
args <- commandArgs(trailingOnly = TRUE)
if (args[1] == "data") {
  suppressPackageStartupMessages(library(lme4))
  d <- InstEval[c("y", "service", "s", "d", "dept")]
  write.csv(data.frame(lapply(d, function(x) as.integer(as.character(x)))), args[2], row.names = FALSE, quote = FALSE)
  quit()
}
suppressPackageStartupMessages(library(rjags))
d <- read.csv(args[2])
group <- function(x) as.integer(factor(x))
code <- "model { for (i in 1:N) { y[i] ~ dnorm(b[1] + b[2] * x[i] + us[s[i]] + ud[d[i]] + up[p[i]], tau) }
  for (j in 1:Js) { us[j] ~ dnorm(0, ts) }
  for (j in 1:Jd) { ud[j] ~ dnorm(0, td) }
  for (j in 1:Jp) { up[j] ~ dnorm(0, tp) }
  b[1] ~ dnorm(0, 1.0E-6); b[2] ~ dnorm(0, 1.0E-6)
  tau ~ dgamma(0.001, 0.001); ts ~ dgamma(0.001, 0.001); td ~ dgamma(0.001, 0.001); tp ~ dgamma(0.001, 0.001)
  v <- 1 / tau; vs <- 1 / ts; vd <- 1 / td; vp <- 1 / tp }"
data <- list(y = d$y, x = d$service, s = group(d$s), d = group(d$d), p = group(d$dept), N = nrow(d),
             Js = length(unique(d$s)), Jd = length(unique(d$d)), Jp = length(unique(d$dept)))
load.module("glm", quiet = TRUE)
inits <- list(.RNG.name = "base::Mersenne-Twister", .RNG.seed = 1)
start <- system.time(model <- jags.model(textConnection(code), data, inits, n.chains = 1, n.adapt = 0, quiet = TRUE))[["elapsed"]]
adapt(model, 10, end.adaptation = TRUE, progress.bar = "none")
update(model, 40, progress.bar = "none")
seconds <- system.time(draws <- coda.samples(model, c("b", "vs", "vd", "vp", "v"), as.integer(args[3]), progress.bar = "none"))[["elapsed"]]
write.csv(as.matrix(draws), args[4], row.names = FALSE)
peak <- as.numeric(gsub("[^0-9]", "", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
cat(sprintf('{"seconds": %.4f, "start": %.2f, "memory": %.1f, "version": "%s"}\n', seconds, start, peak,
            as.character(jags.version())))
