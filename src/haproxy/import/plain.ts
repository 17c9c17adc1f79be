import type { ConfigDirective } from "../config/parse.ts"

/** False where haproxy would put a variable of its environment in. */
export function isPlain({ text }: ConfigDirective): boolean {
  return !(text.includes("$") && text.includes('"'))
}
