# Reference values of special functions and densities. Run: Rscript special-functions.R > special-functions.json
rows <- function(d) # JSON array of objects, 17 significant digits (jsonlite stops at 15)
  paste0("[", paste(apply(d, 1, function(r) paste0("{", paste0('"', names(d), '": ', sprintf("%.17g", r), collapse = ", "), "}")), collapse = ",\n  "), "]")
gamma <- expand.grid(shape = c(1e-3, 0.1, 0.5, 1, 2, 3.7, 14.9, 15, 33.3, 100, 1000, 1e5), multiple = c(1e-8, 1e-3, .1, .3, .5, .9, .99, 1, 1.01, 1.1, 1.5, 2, 5, 20))
gamma$x <- gamma$shape * gamma$multiple
gamma$lower <- pgamma(gamma$x, gamma$shape)
gamma$upper <- pgamma(gamma$x, gamma$shape, lower.tail = FALSE)
gamma$multiple <- NULL
large <- data.frame(shape = c(2e9, 2e9, 2e9, 1e12, 1e12), x = c(2e9 - 1e5, 2e9, 2e9 + 2e5, 1e12 - 3e6, 1e12 + 1))
large$lower <- pgamma(large$x, large$shape); large$upper <- pgamma(large$x, large$shape, lower.tail = FALSE)
p <- c(1e-300, 1e-100, 1e-20, 1e-17, 1e-14, 1e-10, 1e-5, .001, .01, .025, .0749, .0751, .1, .3, .49, .5, .51, .7, .9249, .9251, .975, .999, 1 - 1e-10, 1 - 2^-53)
cat(sprintf('{"generator": "R", "version": "%s.%s", "script": "special-functions.R", "seed": null,\n "incompleteGamma": %s,\n "incompleteGammaLarge": %s,\n "normalQuantile": %s}\n',
  R.version$major, R.version$minor, rows(gamma), rows(large), rows(data.frame(p = p, x = qnorm(p)))))
