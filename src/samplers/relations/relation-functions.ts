/** What can be asked of a relation, and objects that make each answer when it is asked for first. */
import type { BugsDistribution } from "../../models/bugs/distribution-table.ts"

/** Functions of a deterministic relation. Instances are `list[from..to)`; `s` is the state. */
export interface ComputedFunctions {
  readonly kind: "deterministic"
  /** Computes the instances' elements. */
  update(s: Float64Array, list: Int32Array, from: number, to: number): void
  /** Writes the elements' derivatives along the tangents `t` of the slots into `t`. */
  tangent(s: Float64Array, t: Float64Array, list: Int32Array, from: number, to: number): void
}

/** Functions of a stochastic relation. */
export interface WeighedFunctions {
  readonly kind: "stochastic"
  readonly distribution: BugsDistribution
  /** Number of values that `args` writes. */
  readonly argsLength: number
  /** Where each argument starts in what `args` writes, and how many values it has: 1 for a scalar. */
  readonly argStarts: Int32Array
  readonly argLengths: Int32Array
  /** Writes an instance's arguments one after another into `out`. */
  args(s: Float64Array, instance: number, out: Float64Array): void
  /** The same for instances `list[from..to)`, one after another. */
  argsOf(s: Float64Array, list: Int32Array, from: number, to: number, out: Float64Array): void
  /** Writes `[lower, upper]` of an instance's truncation or censoring into `out`, infinite where there is none. */
  bounds(s: Float64Array, instance: number, out: Float64Array): void
  /** The derivatives of an instance's arguments along the tangents `t` of the slots, into `out` as `args` writes. */
  argTangents(s: Float64Array, t: Float64Array, instance: number, out: Float64Array): void
  /** The same for instances `list[from..to)`, one after another. */
  argTangentsOf(
    s: Float64Array,
    t: Float64Array,
    list: Int32Array,
    from: number,
    to: number,
    out: Float64Array,
  ): void
  /**
   * Sum of the log densities of instances. Of data, terms that hang on the data alone are left out.
   */
  logDensity(s: Float64Array, list: Int32Array, from: number, to: number): number
}

export type RelationFunctions = ComputedFunctions | WeighedFunctions

/** Functions of a deterministic relation, each made when it is asked for first. */
export class LazyComputed implements ComputedFunctions {
  readonly kind = "deterministic"
  private readonly makeUpdate: () => ComputedFunctions["update"]
  private readonly makeTangent: () => ComputedFunctions["tangent"]
  private ownUpdate: ComputedFunctions["update"] | undefined = undefined
  private ownTangent: ComputedFunctions["tangent"] | undefined = undefined

  constructor(update: () => ComputedFunctions["update"], tangent: () => ComputedFunctions["tangent"]) {
    this.makeUpdate = update
    this.makeTangent = tangent
  }

  get update(): ComputedFunctions["update"] {
    this.ownUpdate ??= this.makeUpdate()
    return this.ownUpdate
  }

  get tangent(): ComputedFunctions["tangent"] {
    this.ownTangent ??= this.makeTangent()
    return this.ownTangent
  }
}

type Layout = Pick<WeighedFunctions, "distribution" | "argLengths" | "argStarts" | "argsLength">
type Compiled = Pick<
  WeighedFunctions,
  "args" | "argsOf" | "bounds" | "argTangents" | "argTangentsOf" | "logDensity"
>

/** Functions of a stochastic relation, each made when it is asked for first. */
export class LazyWeighed implements WeighedFunctions {
  readonly kind = "stochastic"
  readonly distribution: BugsDistribution
  readonly argLengths: Int32Array
  readonly argStarts: Int32Array
  readonly argsLength: number
  private readonly make: { readonly [K in keyof Compiled]: (f: WeighedFunctions) => Compiled[K] }
  private ownArgs: Compiled["args"] | undefined = undefined
  private ownArgsOf: Compiled["argsOf"] | undefined = undefined
  private ownBounds: Compiled["bounds"] | undefined = undefined
  private ownTangents: Compiled["argTangents"] | undefined = undefined
  private ownTangentsOf: Compiled["argTangentsOf"] | undefined = undefined
  private ownDensity: Compiled["logDensity"] | undefined = undefined

  constructor({ distribution, argLengths, argStarts, argsLength }: Layout, make: LazyWeighed["make"]) {
    this.distribution = distribution
    this.argLengths = argLengths
    this.argStarts = argStarts
    this.argsLength = argsLength
    this.make = make
  }

  get args(): Compiled["args"] {
    this.ownArgs ??= this.make.args(this)
    return this.ownArgs
  }

  get argsOf(): Compiled["argsOf"] {
    this.ownArgsOf ??= this.make.argsOf(this)
    return this.ownArgsOf
  }

  get bounds(): Compiled["bounds"] {
    this.ownBounds ??= this.make.bounds(this)
    return this.ownBounds
  }

  get argTangents(): Compiled["argTangents"] {
    this.ownTangents ??= this.make.argTangents(this)
    return this.ownTangents
  }

  get argTangentsOf(): Compiled["argTangentsOf"] {
    this.ownTangentsOf ??= this.make.argTangentsOf(this)
    return this.ownTangentsOf
  }

  get logDensity(): Compiled["logDensity"] {
    this.ownDensity ??= this.make.logDensity(this)
    return this.ownDensity
  }
}
