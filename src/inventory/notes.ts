import type { Path } from "./problems.ts"

/** Takes what the checks of an inventory find. Messages are without the path: it is put before them. */
export interface Notes {
  problem(path: Path, message: string, more?: { at?: "value" | "key"; suggestion?: string | undefined }): void
  /** Allowed but unwise. */
  warning(path: Path, message: string): void
  /** Where a value or key was written, such as `line 12`. */
  line(path: Path): string
}
