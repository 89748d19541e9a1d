/** Working space that grows to the largest size asked for and is then kept: no allocation in a sweep. */
export function createScratch(): (length: number) => Float64Array {
  let space = new Float64Array(16)
  return (length) => {
    if (space.length < length) space = new Float64Array(2 * length)
    return space
  }
}
