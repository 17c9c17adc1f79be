import type { OutputStream } from "./sink.ts"

export type SizedStream = OutputStream & { columns: number; rows: number }

/** The stream with a size, whatever it says of itself; as large as it is at that moment. */
export function withSize(stream: OutputStream): SizedStream {
  return {
    write: (text) => stream.write(text),
    isTTY: stream.isTTY,
    get columns() {
      return columnsOf(stream)
    },
    get rows() {
      return rowsOf(stream)
    },
  }
}

/** As wide as the terminal. What is no terminal says nothing, and one that was never given a size, such as a serial line, says 0. */
export function columnsOf({ columns }: Pick<OutputStream, "columns">, otherwise = 80): number {
  return columns || otherwise
}

/** As high as the terminal, 24 where it does not say. */
export function rowsOf({ rows }: Pick<OutputStream, "rows">): number {
  return rows || 24
}
