import { GibbsError } from "../../src/core/errors.ts"

/** What a failing call throws, as its class, code and the line the command line prints. */
export interface Failure {
  readonly type: string
  readonly code: string
  readonly line: string
}

/** The failure of `run`; fails the test when nothing, or something other than our errors, is thrown. */
export function errorOf(run: () => unknown): Failure {
  try {
    run()
  } catch (error) {
    return describeError(error)
  }
  throw new Error("expected an error, none was thrown")
}

/** The message alone of what `run` throws: neither where it happened nor the remedy. As `errorOf`. */
export function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof GibbsError) return error.message
    throw error
  }
  throw new Error("expected an error, none was thrown")
}

/** As `errorOf`, for a promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<Failure> {
  return promise.then(
    () => {
      throw new Error("expected a rejection, the promise was kept")
    },
    (error: unknown) => describeError(error),
  )
}

function describeError(error: unknown): Failure {
  if (!(error instanceof GibbsError)) throw error
  return { type: error.name, code: error.code, line: error.oneLine() }
}
