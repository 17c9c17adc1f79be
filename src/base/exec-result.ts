/** How a command ended. `code` is null where a signal ended it; a lost connection is an error (`E_CONNECT`), never a result. */
export interface ExecResult {
  code: number | null
  signal?: string | undefined
  stdout: string
  stderr: string
  /** Wall time in milliseconds, measured here. */
  durationMs: number
}
