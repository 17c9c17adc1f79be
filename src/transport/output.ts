import { StringDecoder } from "node:string_decoder"

/** Collects a stream's bytes and decodes them whole, so that no character is cut where two packets meet. */
export class Output {
  readonly #pieces: Buffer[] = []
  readonly #decoder = new StringDecoder("utf8")
  readonly #onText: ((text: string) => void) | undefined
  /** Bytes collected so far. */
  size = 0

  constructor(onText?: (text: string) => void) {
    this.#onText = onText
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return
    this.#pieces.push(piece)
    this.size += piece.length
    if (this.#onText === undefined) return
    const text = this.#decoder.write(piece)
    if (text !== "") this.#onText(text)
  }

  toString(): string {
    return Buffer.concat(this.#pieces).toString()
  }
}
