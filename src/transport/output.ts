import { StringDecoder } from "node:string_decoder"
import type { Command } from "./transport.ts"

/** Collects a stream's bytes and decodes them whole, so that no character is cut where two packets meet. */
export class Output {
  readonly #pieces: Buffer[] = []
  readonly #decoder = new StringDecoder("utf8")
  readonly #to: Pick<Command, "onStdout" | "passedOn">
  /** Bytes collected so far. */
  size = 0

  constructor(to: Pick<Command, "onStdout" | "passedOn"> = {}) {
    this.#to = to
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return
    const { onStdout, passedOn = false } = this.#to
    if (!passedOn) {
      this.#pieces.push(piece)
      this.size += piece.length
    }
    if (onStdout === undefined) return
    const text = this.#decoder.write(piece)
    if (text !== "") onStdout(text)
  }

  toString(): string {
    return Buffer.concat(this.#pieces).toString()
  }
}
