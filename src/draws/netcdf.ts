/**
 * Draws in netCDF-4 files as ArviZ writes its InferenceData with `to_netcdf`: a group `posterior` with one dataset a
 * variable, `[chain][draw][…]`, and a coordinate for every dimension. `arviz.from_netcdf` reads files of that layout.
 * InferenceData schema: Kumar, Carroll, Hartikainen & Martin (2019), Journal of Open Source Software 4(33), 1143. A netCDF-4
 * dimension is an HDF5 dimension scale: NetCDF-4 specification, appendix C.
 *
 * The HDF5 library is the optional package h5wasm, which works on files: what is written goes through a temporary one.
 */

import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { DataError } from "../core/errors.ts"
import { VERSION } from "../core/version.ts"
import { elementLabels } from "./arviz-json.ts"
import { chainsOf, createDraws, type Draws } from "./draws.ts"
import { axisValues, elementName, groupVariables } from "./variables.ts"

type Hdf5 = typeof import("h5wasm/node")

/** @throws DataError saying how to install it */
async function loadHdf5(): Promise<Hdf5> {
  const hdf5 = await import("h5wasm/node").catch((cause: unknown) => {
    throw new DataError("netCDF files need the package h5wasm, which is not installed", {
      code: "missing-package",
      where: "netCDF",
      hint: "npm install h5wasm@0.10, or take --format parquet or json",
      cause,
    })
  })
  const { activate_throwing_error_handler: throwErrors } = await hdf5.ready
  throwErrors()
  return hdf5
}

/**
 * The file's bytes; chains are cut to the shortest, as the layout has one number of draws. Doubles are stored as they are.
 * @throws DataError where h5wasm is not installed
 */
export async function drawsToNetcdf(draws: Draws): Promise<Uint8Array> {
  const hdf5 = await loadHdf5()
  const folder = await mkdtemp(path.join(tmpdir(), "gibbsite-netcdf-"))
  try {
    const file = path.join(folder, "draws.nc")
    writeFileTo(hdf5, file, draws)
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function writeFileTo(hdf5: Hdf5, file: string, draws: Draws): void {
  const out = new hdf5.File(file, "w")
  try {
    // netCDF wants the order in which things were made to be kept.
    const posterior = out.create_group("posterior", true)
    const first = chainsOf(draws, 0)
    const [chains, length] = [first.length, first[0]?.length ?? 0]
    posterior.create_attribute("created_at", new Date().toISOString())
    posterior.create_attribute("inference_library", "gibbsite")
    posterior.create_attribute("inference_library_version", VERSION)
    const addScale = (name: string, values: readonly (string | number)[]): string => {
      const isText = values.some((value) => typeof value === "string")
      const made = posterior.create_dataset({
        name: safeName(name),
        data: isText ? values.map(String) : BigInt64Array.from(values, (value) => BigInt(value)),
        shape: [values.length],
        dtype: isText ? "S" : "<q",
      })
      made.make_scale(safeName(name))
      return `/posterior/${safeName(name)}`
    }
    const count = (size: number) => Array.from({ length: size }, (_, i) => i)
    const shared = [addScale("chain", count(chains)), addScale("draw", count(length))]
    for (const { name, axes, scalars } of groupVariables(draws.names)) {
      const scales = axes.map((axis) => addScale(axis.name, [...axisValues(axis.labels)]))
      const values = new Float64Array(chains * length * scalars.length)
      for (const [k, scalar] of scalars.entries()) {
        for (const [c, chain] of chainsOf(draws, scalar).entries()) {
          for (let i = 0; i < length; i++) values[(c * length + i) * scalars.length + k] = chain[i]!
        }
      }
      const made = posterior.create_dataset({
        name: safeName(name),
        data: values,
        shape: [chains, length, ...axes.map(({ labels }) => labels.length)],
        dtype: "<d",
      })
      for (const [k, scale] of [...shared, ...scales].entries()) made.attach_scale(k, scale)
      // Names that HDF5 cannot hold are restored from here.
      if (safeName(name) !== name) made.create_attribute("gibbsite_name", name)
    }
  } finally {
    out.close()
  }
}

/** A slash would be a path. */
const safeName = (name: string): string => name.replaceAll("/", "\u2215")

interface ReadVariable {
  readonly name: string
  readonly names: readonly string[]
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/**
 * Reads the group `posterior`. Elements are called by the coordinates of their dimensions, else by positions from 0.
 *
 * @param file a path
 * @throws DataError where h5wasm is not installed, the file cannot be decoded, has no posterior, or its variables differ in
 *   their numbers of chains or draws
 */
export async function drawsFromNetcdf(file: string): Promise<Draws> {
  const hdf5 = await loadHdf5()
  const variables = readVariables(hdf5, file)
  const first = variables[0]
  if (first === undefined) {
    throw new DataError("the group posterior is empty", {
      code: "no-draws",
      where: file,
      hint: "sample first",
    })
  }
  const [chains = 0, length = 0] = first.shape
  if (chains === 0 || length === 0) {
    throw new DataError("found no draws", { code: "no-draws", where: file, hint: "sample first" })
  }
  const names = variables.flatMap((variable) => variable.names)
  const draws = createDraws({ names, chains, capacity: length })
  let scalar = 0
  for (const variable of variables) {
    if (variable.shape[0] !== chains || variable.shape[1] !== length) {
      throw new DataError(
        `found ${variable.shape[0]} chains of ${variable.shape[1]} draws, expected ${chains} of ${length} as ${first.name} has`,
        { code: "ragged-draws", where: `${file}, posterior.${variable.name}`, hint: "is the file damaged?" },
      )
    }
    const width = variable.names.length
    for (let j = 0; j < width; j++, scalar++) {
      for (let row = 0; row < chains * length; row++)
        draws.values[scalar * chains * length + row] = variable.values[row * width + j]!
    }
  }
  draws.lengths.fill(length)
  return draws
}

function readVariables(hdf5: Hdf5, file: string): readonly ReadVariable[] {
  try {
    const content = new hdf5.File(file, "r")
    try {
      const posterior = content.get("posterior")
      if (!(posterior instanceof hdf5.Group)) {
        throw new DataError(
          `found ${content.keys().join(", ") || "no groups"}, expected the group posterior`,
          {
            code: "no-posterior",
            where: file,
            hint: "write the InferenceData with to_netcdf",
          },
        )
      }
      return posterior.keys().flatMap((key) => {
        const dataset = posterior.get(key)
        if (!(dataset instanceof hdf5.Dataset) || "CLASS" in dataset.attrs) return []
        return [readVariable(content, dataset, key, file)]
      })
    } finally {
      content.close()
    }
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError("found content that cannot be decoded, expected a netCDF-4 file", {
      code: "bad-netcdf",
      where: file,
      hint: "check that the file was written completely",
      cause,
    })
  }
}

type Hdf5File = InstanceType<Hdf5["File"]>
type Hdf5Dataset = InstanceType<Hdf5["Dataset"]>

function readVariable(content: Hdf5File, dataset: Hdf5Dataset, key: string, file: string): ReadVariable {
  const shape = dataset.shape ?? []
  if (shape.length < 2) {
    throw new DataError("expected an array of chains of draws", {
      code: "not-draws",
      where: `${file}, posterior.${key}`,
      hint: "the first two dimensions are chain and draw",
    })
  }
  const stored = dataset.attrs.gibbsite_name?.value
  const name = typeof stored === "string" ? stored : key
  const axes = shape.slice(2)
  const labels = axes.map((_, k) => labelsOf(content, dataset, k + 2))
  return {
    name,
    names: axes.length === 0 ? [name] : elementLabels(axes, labels).map((one) => elementName(name, one)),
    shape,
    values: numbersOf(dataset.value, `${file}, posterior.${key}`),
  }
}

/** The coordinates of a dimension; none where they do not tell its members apart, as in a dimension without a coordinate. */
function labelsOf(content: Hdf5File, dataset: Hdf5Dataset, axis: number): readonly string[] | undefined {
  const scale = dataset.get_attached_scales(axis)[0]
  const coordinate = scale === undefined ? null : content.get(scale)
  if (coordinate === null || !("value" in coordinate)) return undefined
  const { value } = coordinate
  const labels = Array.isArray(value)
    ? value.map(String)
    : value instanceof BigInt64Array || value instanceof Int32Array || value instanceof Float64Array
      ? Array.from<number | bigint, string>(value, String)
      : []
  return labels.length > 0 && new Set(labels).size === labels.length ? labels : undefined
}

/** How HDF5 hands out numbers that are no doubles. */
const numberArrays = [
  Float32Array,
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
]

function numbersOf(value: unknown, where: string): Float64Array {
  if (value instanceof Float64Array) return value
  const kind = numberArrays.find((one) => value instanceof one)
  if (kind !== undefined && value instanceof kind)
    return Float64Array.from(Array.from<number | bigint>(value), Number)
  throw new DataError("found a variable that is not numeric, expected draws", {
    code: "not-a-number",
    where,
    hint: "leave it out of the group posterior",
  })
}
