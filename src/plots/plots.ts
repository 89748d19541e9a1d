import { plotRegistry } from "./registry.ts"

type Entry = (typeof plotRegistry)[number]

/** The functions of the registry by name: `plots.trace(post, ["b[floor]"])` returns a Vega-Lite chart. */
export type Plots = { readonly [E in Entry as E["name"]]: E["plot"] }

export const plots = Object.fromEntries(plotRegistry.map(({ name, plot }) => [name, plot])) as Plots
