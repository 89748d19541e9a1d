/** Options of charts. The lists are of what `plots` has, which is loaded when a command runs; a test holds them together. */
import { Option } from "commander"
import { OptionError } from "../core/errors.ts"
import { choiceOption, group, pathOption, splitNames, suggestChoice } from "./options.ts"

/** Charts as text. */
export const TEXT_PLOTS = ["trace", "histogram", "acf"]

/** Charts of draws alone. */
export const DRAWS_PLOTS = [
  "trace",
  "density",
  "acf",
  "rankOverlay",
  "rankEcdf",
  "histogram",
  "intervals",
  "pairs",
  "runningMean",
  "essGrowth",
  "funnel",
  "caterpillar",
]

/** `--plot [kinds]`, all of them where none is named, and whose. */
export const textPlotOptions = (): Option[] => [
  new Option("--plot [kinds]", `print charts as text: ${TEXT_PLOTS.join(", ")} (default: all)`)
    .preset(TEXT_PLOTS.join(","))
    .argParser((text) =>
      text.split(",").map((part) => {
        const kind = part.trim()
        if (TEXT_PLOTS.includes(kind)) return kind
        throw new OptionError(`found "${kind}", expected one of ${TEXT_PLOTS.join(", ")}`, {
          code: "invalid-option",
          where: "--plot",
          hint: suggestChoice(kind, TEXT_PLOTS),
        })
      }),
    ),
  parametersOption(),
]

/** `--parameters b[floor],sd[residual]`, repeatable. */
const parametersOption = (): Option =>
  new Option("--parameters <names>", "what to chart (default: the main parameters)").argParser(
    (text, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      ...splitNames("--parameters", text),
    ],
  )

export const plotOptions = (): Option[] =>
  group("Output:", [
    choiceOption("--kind <name>", `one of ${DRAWS_PLOTS.join(", ")} (default: trace)`, DRAWS_PLOTS),
    parametersOption(),
    pathOption(
      "--out <file>",
      "where the chart goes: .svg, .png, .html or .json (default: the kind as .svg)",
    ),
    choiceOption("--theme <name>", "light (default) or dark", ["light", "dark"]),
    new Option("--quiet", "no notes"),
  ])
