import type { CommonOptions } from "./options.ts"
export async function status(_options: CommonOptions): Promise<number> {
  throw new Error("not yet")
}
