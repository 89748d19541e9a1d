# Profile intervals: ends of lme4's confint (interpolated between profile points), and the same ends found by root search on
# the deviance itself; Wald intervals of log sd and artanh correlation by second differences of the ML deviance.
# Writes lmm-intervals.json. No random numbers. Usage, from this folder: Rscript lmm-intervals.R
suppressMessages({library(lme4); library(jsonlite)})
read <- function(name) read.csv(file.path("../../data", paste0(name, ".csv")), stringsAsFactors = TRUE)
control <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11, rhobeg = 1e-2, maxfun = 1e5),
                     check.conv.grad = "ignore", check.conv.singular = "ignore", check.conv.hess = "ignore")
models <- list(
  list("dyestuff", "Yield ~ 1 + (1 | Batch)", TRUE),
  list("dyestuff2", "Yield ~ 1 + (1 | Batch)", TRUE),
  list("sleepstudy", "Reaction ~ Days + (Days | Subject)", TRUE),
  list("sleepstudy", "Reaction ~ Days + (Days || Subject)", FALSE),
  list("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)", TRUE),
  list("pastes", "strength ~ 1 + (1 | batch/cask)", TRUE))
z <- qnorm(.975)
fits <- lapply(models, function(spec) {
  data <- read(spec[[1]])
  m <- lmer(as.formula(spec[[2]]), data, REML = spec[[3]], control = control)
  theirs <- suppressMessages(suppressWarnings(confint(m, method = "profile", quiet = TRUE)))
  ml <- update(refitML(m), control = control, REML = FALSE)
  dev <- lme4:::devfun2(ml, useSc = TRUE, signames = FALSE)
  opt <- attr(dev, "optimum"); p <- length(fixef(ml)); s <- opt[seq_len(length(opt) - p)]
  base <- -2 * c(logLik(ml))
  names <- names(s)
  lower <- ifelse(grepl("^cor", names), -1, 0); upper <- ifelse(grepl("^cor", names), 1, Inf)
  if (is.nan(base - dev(s))) stop("deviance")
  held <- function(i, v) {
    free <- s[-i]
    # A new deviance function each time: an evaluation that fails leaves the old one unusable.
    dev <- lme4:::devfun2(ml, useSc = TRUE, signames = FALSE)
    if (length(free) == 0) return(dev(v))
    f <- function(x) { y <- s; y[i] <- v; y[-i] <- x; d <- try(dev(y), silent = TRUE); if (inherits(d, "try-error") || !is.finite(d)) 1e10 else d }
    best <- Inf
    for (start in list(free, pmax(free, .3 * s[length(s)] * (upper[-i] == Inf)), 1.1 * free, .9 * free)) {
      o <- nlminb(start, f, lower = lower[-i] + 1e-10, upper = upper[-i] - 1e-9, control = list(rel.tol = 1e-14, x.tol = 1e-14))
      o <- nlminb(o$par, f, lower = lower[-i] + 1e-10, upper = upper[-i] - 1e-9, control = list(rel.tol = 1e-14, x.tol = 1e-14))
      dev <- lme4:::devfun2(ml, useSc = TRUE, signames = FALSE)
      best <- min(best, o$objective)
    }
    best
  }
  root <- function(f, from, to) if (f(to) < 0) to else uniroot(f, sort(c(from, to)), tol = 1e-9)$root
  ends <- t(sapply(seq_along(s), function(i) {
    f <- function(v) sqrt(max(0, held(i, v) - base)) - z
    cor <- is.finite(upper[i])
    # Candidates away from the estimate: shares of an sd, steps towards the bound of a correlation.
    downs <- if (cor) s[i] - (1 - 1e-8 + s[i]) * c(.25, .5, .75, .9, .97, 1) else s[i] * c(.8, .6, .4, .25, .12, .06, .02, .005)
    ups <- if (cor) s[i] + (1 - 1e-8 - s[i]) * c(.25, .5, .75, .9, .97, 1) else (s[i] + .1 * s[length(s)]) * c(1.2, 1.5, 2, 2.6, 3.5, 5, 8)
    find <- function(at, bound) {
      last <- s[i]
      for (v in at) { if (f(v) > 0) return(uniroot(f, sort(c(last, v)), tol = 1e-9)$root); last <- v }
      bound
    }
    low <- if (s[i] <= lower[i] + 1e-7) lower[i] else find(downs, lower[i])
    high <- find(ups, upper[i])
    c(low, high)
  }))
  X <- getME(ml, "X"); y <- getME(ml, "y"); fr <- data
  bars <- paste(sapply(findbars(as.formula(spec[[2]])), function(b) paste0("(", deparse(b), ")")), collapse = " + ")
  fr$y. <- y
  fixedEnds <- t(sapply(seq_len(p), function(j) {
    rest <- X[, -j, drop = FALSE]
    f <- function(v) {
      fr$o. <- v * X[, j]; fr$R. <- rest
      g <- if (ncol(rest) == 0) paste("y. ~ 0 +", bars, "+ offset(o.)") else paste("y. ~ 0 + R. +", bars, "+ offset(o.)")
      mm <- lmer(as.formula(g), fr, REML = FALSE, control = control, start = pmax(getME(ml, "theta"), 0))
      sqrt(max(0, -2 * c(logLik(mm)) - base)) - z
    }
    b <- fixef(ml)[j]; se <- sqrt(vcov(ml)[j, j])
    c(uniroot(f, c(b - 4 * se, b), tol = 1e-8 * se, extendInt = "downX")$root, uniroot(f, c(b, b + 4 * se), tol = 1e-8 * se, extendInt = "upX")$root)
  }))
  list(data = spec[[1]], formula = spec[[2]], method = if (spec[[3]]) "REML" else "ML",
       parameters = I(names), lower = I(ends[, 1]), upper = I(ends[, 2]),
       fixed = I(names(fixef(ml))), fixedLower = I(fixedEnds[, 1]), fixedUpper = I(fixedEnds[, 2]),
       lme4Lower = I(unname(theirs[, 1])), lme4Upper = I(unname(theirs[, 2])), lme4Names = I(rownames(theirs)))
})
wald <- lapply(list(list("sleepstudy", "Reaction ~ Days + (Days | Subject)"), list("penicillin", "diameter ~ 1 + (1 | plate) + (1 | sample)"),
                    list("oats", "yield ~ nitro + (1 | Block/Variety)")), function(spec) {
  data <- read(spec[[1]])
  ml <- lmer(as.formula(spec[[2]]), data, REML = FALSE, control = control)
  dev <- lme4:::devfun2(ml, useSc = TRUE, signames = FALSE)
  opt <- attr(dev, "optimum"); s <- opt[seq_len(length(opt) - length(fixef(ml)))]
  cor <- grepl("^cor", names(s))
  to <- function(x) ifelse(cor, atanh(x), log(x)); from <- function(u) ifelse(cor, tanh(u), exp(u))
  u <- to(s); k <- length(u); h <- 1e-3
  at <- function(i, j, a, b) { v <- u; v[i] <- v[i] + a * h; v[j] <- v[j] + b * h; dev(from(v)) }
  H <- outer(seq_len(k), seq_len(k), Vectorize(function(i, j) (at(i, j, 1, 1) - at(i, j, 1, -1) - at(i, j, -1, 1) + at(i, j, -1, -1)) / (4 * h^2)))
  # On the diagonal the steps add up to 2h.
  se <- sqrt(diag(2 * solve(H)))
  list(data = spec[[1]], formula = spec[[2]], parameters = I(names(s)), lower = I(unname(from(u - z * se))), upper = I(unname(from(u + z * se))))
})
writeLines(toJSON(list(generator = paste0(R.version.string, ", lme4 ", packageVersion("lme4")), fits = fits, wald = wald), auto_unbox = TRUE, digits = 12, pretty = 1, na = "null"), "lmm-intervals.json")
