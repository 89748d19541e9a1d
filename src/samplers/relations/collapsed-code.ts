/**
 * The code of a collapsed draw by classes, written out for the sizes at hand. With W = L L' the equations of a set, C its
 * products with the top, M = L⁻¹, V = M C, b = Σ w r:
 *
 * ```
 *  log|Q|  = Σ m log|W| + log|S|        S = Q_top − Σ m V'V
 *  b'Q⁻¹b  = Σ tr(M B M') + |h|²        B = Σ b b' over the sets of a class,  h = L_S⁻¹ (b_top − Σ V' M Σ b)
 *  δ_top   = L_S'⁻¹ (z − h),  δ_set = M' (z − M b − V δ_top)
 * ```
 */
import { triangle } from "./collapsed-classes.ts"
import type { ClassTables } from "./collapsed-tables.ts"
import { type Constants, noConstants } from "./emit.ts"

export interface WrittenCode {
  readonly body: string
  readonly constants: Constants
}

/** A product that is known to be 0 is null. */
type Text = string | null

const range = (n: number): number[] => Array.from({ length: n }, (_, k) => k)

const product = (...factors: readonly Text[]): Text =>
  factors.some((factor) => factor === null) ? null : factors.join(" * ")

const sum = (items: readonly Text[]): Text => {
  const kept = items.filter((item) => item !== null)
  return kept.length === 0 ? null : kept.join(" + ")
}

const difference = (from: Text, items: readonly Text[]): Text => {
  const less = sum(items)
  if (less === null) return from
  return from === null ? `-(${less})` : `${from} - (${less})`
}

/** Numbers of a block's memory: by kind and class M (lower triangle) and V, then L_S with its diagonal inverted and h. */
function findPlaces({ classes: { top, kinds } }: ClassTables) {
  let next = 0
  const starts = kinds.map(({ q, u, start }) => {
    const first = next
    next += (start.length - 1) * (triangle(q, 0) + q * u)
    return first
  })
  const factor = next
  const half = factor + triangle(top.length, 0)
  return { starts, factor, half, length: half + top.length }
}

/** Texts of statements, of which each result gets a name of its own. */
class Lines {
  readonly lines: string[] = []
  readonly constants = noConstants()

  add(line: string): void {
    this.lines.push(line)
  }

  /** Names a value; what is known to be 0 needs none. */
  let(name: string, value: Text): Text {
    if (value === null) return null
    this.add(`const ${name} = ${value};`)
    return name
  }

  /** Name of a table. */
  table(values: Float64Array | Int32Array): string {
    const { tables } = this.constants
    const found = tables.indexOf(values)
    return `T${found >= 0 ? found : tables.push(values) - 1}`
  }
}

/** A function that writes Σ w_t table_t[at] for entry `entry`, without the tables in which it is known to be 0. */
function weighed(
  code: Lines,
  tables: readonly Float64Array[],
  names: readonly string[],
  isThere: (values: Float64Array, entry: number) => boolean = () => true,
) {
  return (entry: number, at: string): Text =>
    sum(
      tables.map((values, t) =>
        isThere(values, entry) ? `${names[t]} * ${code.table(values)}[${at}]` : null,
      ),
    )
}

/**
 * The body of a function (w, o) of the weights and the memory, which returns `b'Q⁻¹b − c − log|Q|`, NaN when Q is not
 * positive definite.
 */
export function writePropose(tables: ClassTables): WrittenCode & { readonly length: number } {
  const code = new Lines()
  const { classes, terms } = tables
  const { top, kinds } = classes
  const places = findPlaces(tables)
  const p = top.length
  const weights = range(terms).map((t) => code.let(`w${t}`, `w[${t}]`)!)
  const squares = code.table(tables.squares)
  code.add(`let value = 0;`)
  for (const t of range(terms)) code.add(`value -= ${weights[t]} * ${squares}[${t}];`)
  // S and the top's right side stand in the memory while they are summed.
  const topEntry = weighed(code, classes.topProducts, weights, (values, entry) => values[entry] !== 0)
  for (const k of range(triangle(p, 0)))
    code.add(`o[${places.factor + k}] = ${topEntry(k, String(k)) ?? "0"};`)
  const topSide = weighed(code, tables.topCross, weights)
  for (const k of range(p)) code.add(`o[${places.half + k}] = ${topSide(k, String(k)) ?? "0"};`)
  kinds.forEach((_, k) => {
    writeKind(code, tables, k, weights, places)
  })
  writeTop(code, p, places)
  code.add("return value;")
  return { body: code.lines.join("\n"), constants: code.constants, length: places.length }
}

type Places = ReturnType<typeof findPlaces>

function writeKind(
  code: Lines,
  tables: ClassTables,
  kind: number,
  weights: readonly string[],
  places: Places,
): void {
  const { q, u, coupled, start, products } = tables.classes.kinds[kind]!
  const sets = tables.sets[kind]!
  const classes = start.length - 1
  const size = triangle(q, 0)
  const stride = size + q * u
  const counts = code.table(Float64Array.from(range(classes), (c) => start[c + 1]! - start[c]!))
  const positions = code.table(coupled)
  const isThere = (values: Float64Array, entry: number) =>
    range(classes).some((c) => values[c * stride + entry] !== 0)
  code.add(`for (let k = 0; k < ${classes}; k++) {`)
  code.add(`const at = k * ${stride};`)
  code.add(`const m = ${counts}[k];`)
  const entry = weighed(code, products, weights, isThere)
  const a = range(q).map((i) =>
    range(i + 1).map((j) => code.let(`a${i}_${j}`, entry(triangle(i, j), `at + ${triangle(i, j)}`))),
  )
  const coupling = range(q).map((i) =>
    range(u).map((c) => code.let(`c${i}_${c}`, entry(size + i * u + c, `at + ${size + i * u + c}`))),
  )
  const inverse = writeInverse(code, a)
  const v = range(q).map((i) =>
    range(u).map((c) =>
      code.let(`v${i}_${c}`, sum(range(i + 1).map((j) => product(inverse[i]![j]!, coupling[j]![c]!)))),
    ),
  )
  const own = sets.terms.map((t) => weights[t]!)
  const total = weighed(code, sets.totals, own)
  const b = range(q).map((i) => code.let(`b${i}`, total(i, `k * ${q} + ${i}`)))
  const y = range(q).map((i) =>
    code.let(`y${i}`, sum(range(i + 1).map((j) => product(inverse[i]![j]!, b[j]!)))),
  )
  const pairs = own.flatMap((w, g) => range(g + 1).map((h) => `${w} * ${own[h]!}`))
  const gram = weighed(code, sets.grams, pairs)
  const g = range(q).map((i) =>
    range(i + 1).map((j) => code.let(`g${i}_${j}`, gram(triangle(i, j), `k * ${size} + ${triangle(i, j)}`))),
  )
  for (const i of range(q)) {
    const items = range(i + 1).flatMap((j) =>
      range(j + 1).map((l) =>
        product(...(j === l ? [] : ["2"]), inverse[i]![j]!, inverse[i]![l]!, g[j]![l]!),
      ),
    )
    const trace = sum(items)
    if (trace !== null) code.add(`value += ${trace};`)
  }
  for (const c of range(u)) {
    const x = `${positions}[k * ${u} + ${c}]`
    if (v.some((row) => row[c] !== null)) code.add(`const x${c} = ${x};`)
  }
  for (const c of range(u)) {
    const side = sum(v.map((row, i) => product(row[c]!, y[i]!)))
    if (side !== null) code.add(`o[${places.half} + x${c}] -= ${side};`)
    for (const e of range(c + 1)) {
      const item = sum(v.map((row) => product(row[c]!, row[e]!)))
      // Those that a set hangs on ascend, so that x_c ≥ x_e.
      if (item !== null) code.add(`o[${places.factor} + x${c} * (x${c} + 1) / 2 + x${e}] -= m * (${item});`)
    }
  }
  const store = (offset: number, value: Text) =>
    code.add(`o[${places.starts[kind]!} + at + ${offset}] = ${value ?? "0"};`)
  for (const i of range(q)) {
    for (const j of range(i + 1)) store(triangle(i, j), inverse[i]![j]!)
    for (const c of range(u)) store(size + i * u + c, v[i]![c]!)
  }
  code.add("}")
}

/** M = L⁻¹ of a positive definite matrix; adds to `value`. */
function writeInverse(code: Lines, a: readonly (readonly Text[])[]): readonly (readonly Text[])[] {
  const l: Text[][] = []
  const inverse: Text[][] = []
  a.forEach((row, i) => {
    l.push([])
    for (const j of range(i))
      l[i]!.push(
        code.let(
          `l${i}_${j}`,
          product(
            wrap(
              difference(
                row[j]!,
                range(j).map((k) => product(l[i]![k]!, l[j]![k]!)),
              ),
            ),
            inverse[j]![j]!,
          ),
        ),
      )
    const pivot =
      code.let(
        `p${i}`,
        difference(
          row[i]!,
          l[i]!.map((one) => product(one, one)),
        ),
      ) ?? "0"
    code.add(`if (!(${pivot} > 0)) return NaN;`)
    const diagonal = code.let(`i${i}`, `1 / Math.sqrt(${pivot})`)
    inverse.push(
      range(i).map((j) =>
        code.let(
          `m${i}_${j}`,
          product(
            "-1",
            diagonal,
            wrap(sum(range(i - j).map((k) => product(l[i]![j + k]!, inverse[j + k]![j]!)))),
          ),
        ),
      ),
    )
    inverse[i]!.push(diagonal)
    code.add(`value -= m * Math.log(${pivot});`)
  })
  return inverse
}

const wrap = (text: Text): Text => (text === null ? null : `(${text})`)

/** Factorises S in the memory and solves for h; small tops are written out. */
function writeTop(code: Lines, p: number, { factor, half }: Places): void {
  const s = (i: number, j: number) => `o[${factor + triangle(i, j)}]`
  const h = (i: number) => `o[${half + i}]`
  for (const i of range(p)) {
    for (const j of range(i)) {
      const less = range(j).map((k) => `${s(i, k)} * ${s(j, k)}`)
      code.add(`${s(i, j)} = (${difference(s(i, j), less)}) * ${s(j, j)};`)
    }
    code.add(
      `const s${i} = ${difference(
        s(i, i),
        range(i).map((k) => `${s(i, k)} * ${s(i, k)}`),
      )};`,
    )
    code.add(`if (!(s${i} > 0)) return NaN;`)
    code.add(`${s(i, i)} = 1 / Math.sqrt(s${i});`)
    code.add(`value -= Math.log(s${i});`)
    code.add(
      `const h${i} = (${difference(
        h(i),
        range(i).map((k) => `${s(i, k)} * h${k}`),
      )}) * ${s(i, i)};`,
    )
    code.add(`${h(i)} = h${i};`)
    code.add(`value += h${i} * h${i};`)
  }
}

/** The body of a function (w, o, z, s): weights, the memory that `writePropose` filled, standard normals, the state to write. */
export function writeDraw(tables: ClassTables): WrittenCode {
  const code = new Lines()
  const { top, kinds } = tables.classes
  const places = findPlaces(tables)
  const p = top.length
  range(tables.terms).forEach((t) => {
    code.add(`const w${t} = w[${t}];`)
  })
  const topSlots = code.table(tables.topSlots)
  const topCentre = code.table(tables.topCentre)
  const shifts = "B0"
  code.constants.buffers.push(new Float64Array(p))
  for (const i of range(p).reverse()) {
    const later = range(p - i - 1).map((k) => `o[${places.factor + triangle(i + 1 + k, i)}] * d${i + 1 + k}`)
    code.add(
      `const d${i} = (${difference(`z[${i}] - o[${places.half + i}]`, later)}) * o[${places.factor + triangle(i, i)}];`,
    )
    code.add(`${shifts}[${i}] = d${i};`)
    code.add(`s[${topSlots}[${i}]] = ${topCentre}[${i}] + d${i};`)
  }
  let drawn = p
  kinds.forEach((_, kind) => {
    drawn = writeDrawKind(code, tables, kind, places, drawn)
  })
  return { body: code.lines.join("\n"), constants: code.constants }
}

function writeDrawKind(
  code: Lines,
  tables: ClassTables,
  kind: number,
  places: Places,
  drawn: number,
): number {
  const { q, u, coupled, start, members } = tables.classes.kinds[kind]!
  const sets = tables.sets[kind]!
  const size = triangle(q, 0)
  const [starts, positions] = [code.table(start), code.table(coupled)]
  const [slots, centre] = [code.table(tables.slots[kind]!), code.table(tables.centres[kind]!)]
  const cross = sets.cross.map((values) => code.table(values))
  const m = (i: number, j: number) => `m${i}_${j}`
  code.add(`for (let k = 0; k < ${start.length - 1}; k++) {`)
  code.add(`const at = ${places.starts[kind]!} + k * ${size + q * u};`)
  for (const i of range(q))
    for (const j of range(i + 1)) code.add(`const ${m(i, j)} = o[at + ${triangle(i, j)}];`)
  for (const c of range(u)) code.add(`const e${c} = B0[${positions}[k * ${u} + ${c}]];`)
  for (const i of range(q)) {
    const shift = sum(range(u).map((c) => `o[at + ${size + i * u + c}] * e${c}`))
    code.add(`const f${i} = ${shift ?? "0"};`)
  }
  code.add(`for (let n = ${starts}[k] * ${q}; n < ${starts}[k + 1] * ${q}; n += ${q}) {`)
  for (const i of range(q)) {
    const side = sum(cross.map((name, g) => `w${sets.terms[g]!} * ${name}[n + ${i}]`))
    code.add(`const b${i} = ${side ?? "0"};`)
  }
  for (const i of range(q)) {
    const mean = range(i + 1).map((j) => `${m(i, j)} * b${j}`)
    code.add(`const x${i} = ${difference(`z[${drawn + i} + n] - f${i}`, mean)};`)
  }
  for (const i of range(q)) {
    const move = sum(range(q - i).map((k) => `${m(i + k, i)} * x${i + k}`))
    code.add(`s[${slots}[n + ${i}]] = ${centre}[n + ${i}] + ${move};`)
  }
  code.add("}")
  code.add("}")
  return drawn + members.length
}
