# The peers of reml.js: lme4 and nlme on the same data.
#   Rscript reml.R CASE FILE REFITS   prints one line of JSON: seconds of a fit, of REFITS bootstrap refits, criterion, memory
#   Rscript reml.R data FILE          writes InstEval as CSV
suppressPackageStartupMessages(library(lme4))
args <- commandArgs(trailingOnly = TRUE)
if (args[1] == "data") {
  d <- InstEval[c("y", "service", "s", "d", "dept")]
  write.csv(data.frame(lapply(d, function(x) as.integer(as.character(x)))), args[2], row.names = FALSE, quote = FALSE)
  quit()
}
d <- read.csv(args[2])
refits <- as.integer(args[3])
peak <- function() {
  status <- readLines("/proc/self/status")
  as.numeric(sub("\\D*(\\d+).*", "\\1", status[grepl("VmHWM", status)])) / 1024
}
median_time <- function(expression, times) {
  median(sapply(seq_len(times), function(i) system.time(expression())[["elapsed"]]))
}
batch_time <- function(expression, times) system.time(for (i in seq_len(times)) expression())[["elapsed"]] / times
if (args[1] == "insteval") {
  for (name in c("service", "s", "d", "dept")) d[[name]] <- factor(d[[name]])
  before <- peak()
  seconds <- system.time(m <- lmer(y ~ service + (1 | s) + (1 | d) + (1 | dept), d))[["elapsed"]]
  cat(sprintf('{"seconds": %.6f, "criterion": %.8f, "memory": %.1f, "version": "lme4 %s"}\n',
              seconds, REMLcrit(m), peak(), packageVersion("lme4")))
} else if (args[1] == "panel") {
  suppressPackageStartupMessages(library(nlme))
  d$treatment <- factor(d$treatment)
  fit <- function() lme(y ~ time + treatment, random = ~ time | id, correlation = corAR1(form = ~ time | id), data = d)
  seconds <- median_time(fit, 3)
  cat(sprintf('{"seconds": %.6f, "criterion": %.8f, "memory": %.1f, "version": "nlme %s"}\n',
              seconds, -2 * as.numeric(logLik(fit())), peak(), packageVersion("nlme")))
} else {
  formulas <- list(sleepstudy = Reaction ~ Days + (Days | Subject), pulp = bright ~ 1 + (1 | operator),
                   dyestuff = Yield ~ 1 + (1 | Batch))
  formula <- formulas[[args[1]]]
  for (name in intersect(names(d), c("Subject", "operator", "Batch"))) d[[name]] <- factor(d[[name]])
  fit <- function() lmer(formula, d)
  m <- fit()
  fit()
  seconds <- batch_time(fit, 30)
  statistic <- function(m) c(fixef(m), sigma(m), getME(m, "theta"))
  boot <- system.time(suppressWarnings(suppressMessages(bootMer(m, statistic, nsim = refits, seed = 1))))[["elapsed"]]
  cat(sprintf('{"seconds": %.6f, "boot": %.4f, "criterion": %.8f, "memory": %.1f, "version": "lme4 %s"}\n',
              seconds, boot, REMLcrit(m), peak(), packageVersion("lme4")))
}
