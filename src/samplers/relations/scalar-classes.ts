import type { ScalarGroups } from "./scalar-groups.ts"

/** Numbers in classes of those with equal priors and equal children, for the data at hand. */
export interface ScalarClasses {
  readonly count: number
  /** By class: how many numbers, and one of them. */
  readonly sizes: Float64Array
  readonly first: Int32Array
  /** By number. */
  readonly ofNumber: Int32Array
  /** By class the functions of which the density of its children is the product: `functions[start[c]..start[c + 1])`. */
  readonly start: Int32Array
  readonly functions: Int32Array
  /** By children in one relation: an instance of each function, whose numbers follow those of the relation before. */
  readonly instances: readonly Int32Array[]
}

/** The classes at a state; what a child's function is hangs on its observed value as well. */
export function classifyScalars({ slots, priors, children }: ScalarGroups, s: Float64Array): ScalarClasses {
  const own = Array.from(slots, (): number[] => [])
  let functions = 0
  const instances = children.map(({ relation: { writes, width }, instances: list, numbers, classes }) => {
    const found = new Map<string, number>()
    const one: number[] = []
    for (let k = 0; k < list.length; k++) {
      const at = list[k]! * width
      let key = `${classes[k]}`
      for (let w = at; w < at + width; w++) key += ` ${s[writes[w]!]}`
      let f = found.get(key)
      if (f === undefined) {
        f = functions++
        found.set(key, f)
        one.push(list[k]!)
      }
      own[numbers[k]!]!.push(f)
    }
    return Int32Array.from(one)
  })
  const found = new Map<string, number>()
  const ofNumber = new Int32Array(slots.length)
  const first: number[] = []
  const sizes: number[] = []
  own.forEach((list, n) => {
    list.sort((a, b) => a - b)
    const key = `${priors[n]} ${list}`
    const c = found.get(key) ?? first.length
    if (c === first.length) {
      found.set(key, c)
      first.push(n)
      sizes.push(0)
    }
    sizes[c]! += 1
    ofNumber[n] = c
  })
  const start = new Int32Array(first.length + 1)
  first.forEach((n, c) => {
    start[c + 1] = start[c]! + own[n]!.length
  })
  return {
    count: first.length,
    sizes: Float64Array.from(sizes),
    first: Int32Array.from(first),
    ofNumber,
    start,
    functions: Int32Array.from(first.flatMap((n) => own[n]!)),
    instances,
  }
}
