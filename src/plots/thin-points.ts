/**
 * Positions of at most about `most` points that stand for a cloud of them: evenly spaced in the order given, and the
 * points at the four sides of the cloud, so that its extent stays.
 *
 * @param x, y coordinates, of one length; unchanged. Points with a coordinate that is not finite are left out
 * @returns ascending positions
 */
export function thinPoints(x: ArrayLike<number>, y: ArrayLike<number>, most: number): readonly number[] {
  const finite: number[] = []
  for (let i = 0; i < x.length; i++) if (Number.isFinite(x[i]!) && Number.isFinite(y[i]!)) finite.push(i)
  if (finite.length <= most) return finite
  const kept = new Set<number>()
  for (let k = 0; k < most; k++) kept.add(finite[Math.floor((k * finite.length) / most)]!)
  for (const values of [x, y]) {
    let [low, high] = [finite[0]!, finite[0]!]
    for (const i of finite) {
      if (values[i]! < values[low]!) low = i
      if (values[i]! > values[high]!) high = i
    }
    kept.add(low).add(high)
  }
  return [...kept].sort((a, b) => a - b)
}

/**
 * A value in ten significant digits, `null` where it is not finite: a chart cannot show more, even of values that lie
 * far from zero, and its text is shorter.
 */
export function shorten(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? Number(value.toPrecision(10)) : null
}

/** Points that all lines of a chart may have together: a chart of them stays well under a megabyte. */
const rowBudget = 12_000

/** Points for each of so many lines: 1,000 unless there are many, never fewer than 50. */
export function pointsEach(lines: number): number {
  return Math.max(50, Math.min(1000, Math.floor(rowBudget / Math.max(1, lines))))
}
