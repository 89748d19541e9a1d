/** Data that their distribution does not have are refused, also where the sampler's densities leave their terms out. */
import { expect, it } from "vitest"
import { sample } from "../../../src/chains/sample.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"

it.each<[string, readonly number[], string]>([
  ["y[i] ~ dpois(l) }  l ~ dgamma(1, 1)", [1, -2], "y[2] = -2 is inconsistent"],
  ["y[i] ~ dexp(l) }  l ~ dgamma(1, 1)", [-1, 2], "y[1] = -1 is inconsistent"],
  ["y[i] ~ dbin(l, 5) }  l ~ dbeta(1, 1)", [3, 7], "y[2] = 7 is inconsistent"],
  ["y[i] ~ dcat(l[]) }  l[1:2] ~ ddirch(a[])  a[1] <- 1  a[2] <- 1", [1, 3], "y[2] = 3 is inconsistent"],
  ["y[i] ~ dlnorm(l, 1) T(0, 4) }  l ~ dnorm(0, 1)", [1, 5], "y[2] = 5 is inconsistent"],
  ["z[i] <- i }  y[1:2] ~ dmulti(l[], 5)  l[1:2] ~ ddirch(z[])", [1, 3], "y[1] = 1 is inconsistent"],
])("%s", async (relations, y, expected) => {
  const model = bugs(`model { for (i in 1:2) { ${relations} }`, { y: [...y] })
  await expect(sample(model, { chains: 1, warmup: 0, draws: 1 })).rejects.toThrow(expected)
})
