/** Repetitions and sequences, as R has them. */

import { CHECK_CALL, checkLength, matchArguments, recycle } from "./r-arguments.ts"
import {
  expectCount,
  expectNumbers,
  numbers,
  type RArgument,
  type RNumbers,
  type RValue,
  valueProblem,
} from "./r-value.ts"

export function rep(args: readonly RArgument[]): RValue {
  const found = matchArguments("rep", args, ["x", "times", "length.out", "each"])
  const x = expectNumbers(found.get("x") ?? numbers([]), "the values of rep()").values
  const each = found.get("each")
  const times = found.get("times")
  const length = found.get("length.out")
  const eachCount = each === undefined ? 1 : expectCount(each, "each")
  const source = eachCount === 1 ? x : recycle(x, x.length).flatMap((value) => recycle([value], eachCount))
  if (length !== undefined) return numbers(recycle(source, expectCount(length, "length.out")))
  if (times === undefined) return numbers(source)
  const counts = expectNumbers(times, "times").values
  if (counts.length === 1) return numbers(recycle(source, source.length * expectCount(times, "times")))
  if (counts.length !== source.length) {
    throw valueProblem(`found ${counts.length} times for ${source.length} values in rep()`, CHECK_CALL)
  }
  return numbers(source.flatMap((value, i) => recycle([value], expectCount(numbers([counts[i]!]), "times"))))
}

export function seq(args: readonly RArgument[]): RValue {
  const found = matchArguments("seq", args, ["from", "to", "by", "length.out"])
  const one = (formal: string): number | undefined => {
    const value = found.get(formal)
    return value === undefined ? undefined : expectNumbers(value, formal).values[0]
  }
  const [from = 1, to, by, length] = [one("from"), one("to"), one("by"), one("length.out")]
  if (args.length === 1 && found.has("from")) return range(1, from)
  const towards = to === undefined ? 1 : Math.sign(to - from) || 1
  if (length === undefined && to !== undefined) {
    const step = by ?? towards
    // As R does, so that seq(0, 1, by = 0.1) reaches its end.
    return arithmetic(from, step, Math.floor((to - from) / step + 1e-10) + 1)
  }
  if (length !== undefined && to !== undefined && by === undefined) {
    return arithmetic(from, length > 1 ? (to - from) / (length - 1) : 0, length)
  }
  return arithmetic(from, by ?? towards, length ?? Number.NaN)
}

function arithmetic(from: number, step: number, count: number): RNumbers {
  if (!(count >= 0 && Number.isInteger(count))) {
    throw valueProblem(
      "this seq() does not end",
      "write seq(from, to), seq(from, to, by) or seq(from, by, length.out)",
    )
  }
  checkLength(count)
  return numbers(Array.from({ length: count }, (_, i) => from + i * step))
}

/** `from:to`, downwards when `to` is the smaller. */
export function range(from: number, to: number): RNumbers {
  const length = Math.floor(Math.abs(to - from) + 1e-10) + 1
  if (!Number.isFinite(length)) throw valueProblem("a range without an end", "check its two numbers")
  checkLength(length)
  return numbers(Array.from({ length }, (_, i) => (to >= from ? from + i : from - i)))
}

export function seqLen(args: readonly RArgument[]): RValue {
  const length = matchArguments("seq_len", args, ["length.out"]).get("length.out") ?? numbers([])
  const count = expectCount(length, "its length")
  return count === 0 ? numbers([]) : range(1, count)
}
