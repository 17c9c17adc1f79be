import { exitLine } from "../remote-shell.ts"

/** Takes out of a command's standard error the line by which it reports its end. Each byte is passed on as soon as it can be none of it. */
export class ExitFilter {
  /** The exit status, once the line has come. */
  code: number | undefined
  /** The command has begun: its nonce was seen. */
  begun = false
  readonly #nonce: string
  readonly #start: string
  readonly #line: RegExp
  #held: Buffer = Buffer.alloc(0)

  constructor(nonce: string) {
    this.#nonce = nonce
    this.#start = `${nonce} exit `
    this.#line = exitLine(nonce)
  }

  /** What of the piece, and of what was held back, is the command's own. */
  pass(piece: Buffer): Buffer {
    if (this.code !== undefined) return piece
    const all = Buffer.concat([this.#held, piece])
    // One character a byte, so that places in the text are places in the bytes.
    const text = all.toString("latin1")
    this.begun ||= text.includes(this.#nonce)
    const line = this.#line.exec(text)
    if (line !== null) {
      this.code = Number(line[1])
      this.#held = Buffer.alloc(0)
      return Buffer.concat([all.subarray(0, line.index), all.subarray(line.index + line[0].length)])
    }
    const end = this.#beginning(text)
    this.#held = all.subarray(end)
    return all.subarray(0, end)
  }

  /** What was held back and turned out to be the command's. */
  rest(): Buffer {
    const held = this.#held
    this.#held = Buffer.alloc(0)
    return held
  }

  /** Where the line may have begun, else the end. */
  #beginning(text: string): number {
    for (let at = Math.max(0, text.length - this.#start.length - 4); at < text.length; at++) {
      const rest = text.slice(at)
      if (this.#start.startsWith(rest)) return at
      if (rest.startsWith(this.#start) && /^\d*$/.test(rest.slice(this.#start.length))) return at
    }
    return text.length
  }
}
