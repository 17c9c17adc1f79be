import type { Sink } from "../base/events.ts"

/** A sink with an end. `close` may be called more than once, and from a handler of Ctrl-C. */
export interface OutputSink {
  sink: Sink
  close(): void
  /** Takes what is drawn off the stream while its user is asked something, until what this returns is called. Absent: nothing is drawn. */
  pause?(): () => void
}

/** What a sink needs of a stream; `process.stderr` has it. */
export interface OutputStream {
  write(text: string): unknown
  isTTY?: boolean | undefined
  columns?: number | undefined
  rows?: number | undefined
}

/**
 * A sink must not throw, whatever becomes of the terminal or the disk: one that does is told to `onError` and is silent
 * from then on, so that a full disk does not end a run in the middle of a cluster's change.
 */
export function neverThrow(sink: Sink, onError: (error: unknown) => void = () => {}): Sink {
  let broken = false
  return (event) => {
    if (broken) return
    try {
      sink(event)
    } catch (error) {
      broken = true
      onError(error)
    }
  }
}
