/** Every conjugate family of vectors and matrices. A new one is a file and a line here. */
import type { ArrayFamily } from "./array-family.ts"
import { dirichletFamily } from "./dirichlet-family.ts"
import { wishartFamily } from "./wishart-family.ts"

export const ARRAY_FAMILIES: readonly ArrayFamily[] = [wishartFamily, dirichletFamily]
