import { InternalError } from "../../../core/errors.ts"
import {
  type BugsNumberDistribution,
  lookupBugsDistribution,
} from "../../../models/bugs/distribution-table.ts"

/** The functions of a BUGS distribution of numbers. @throws InternalError when it is none */
export function numbersOf(name: string): BugsNumberDistribution {
  const found = lookupBugsDistribution(name)
  if (found.calling === "numbers") return found
  throw new InternalError(`${name} is no distribution of numbers`)
}
