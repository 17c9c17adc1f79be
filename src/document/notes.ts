import type { Path } from "./problems.ts"

/** What else there is to say of a problem. */
export interface ProblemDetails {
  /** Whether the value or its key is at fault. Default: the value. */
  at?: "value" | "key" | undefined
  /** The nearest word that would have been right. */
  suggestion?: string | undefined
  /** Where something may stand without which there is no such problem; `*` is any key. It is not told if that could not be read. */
  unless?: readonly Path[] | undefined
}

/** Takes what the checks of an inventory find. Messages are without the path: it is put before them. */
export interface Notes {
  problem(path: Path, message: string, more?: ProblemDetails): void
  /** Allowed but unwise. */
  warning(path: Path, message: string): void
  /** Where a value or key was written, such as `line 12`. */
  line(path: Path): string
}
