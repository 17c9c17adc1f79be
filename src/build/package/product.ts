import type { ARCHITECTURES, Architecture } from "./executable.ts"

/** What is packaged, for one architecture. */
export interface Product {
  version: string
  description: string
  license: string
  names: (typeof ARCHITECTURES)[Architecture]
}
