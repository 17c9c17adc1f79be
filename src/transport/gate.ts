/** How much of what came before a command is kept, for messages: the end of it. */
const KEPT_BYTES = 64 * 1024
/** A space, a process id and a line feed. */
const AFTER_NONCE = 22

/**
 * Keeps a stream back until the line with the nonce has passed. Each byte is looked at once: an account may say megabytes before
 * its command begins, and all hosts of a run share one thread.
 */
export class Gate {
  /** True once the nonce was seen. */
  open = false
  /** The process id of the command, once the gate is open. */
  pid: number | undefined
  /** Bytes that came before the nonce. */
  noise = 0
  /** How often the prompt was seen before the nonce. */
  asked = 0
  readonly #line: RegExp
  readonly #prompt: string
  readonly #reach: number
  /** The end of what came, in which the line may have begun. */
  #held: Buffer = Buffer.alloc(0)
  #kept: Buffer[] = []
  #keptBytes = 0
  /** The end of what came, in which a prompt may have begun. */
  #seam = ""

  constructor(nonce: string, prompt: string) {
    this.#line = new RegExp(`${nonce} (\\d+)\n`)
    this.#prompt = prompt
    this.#reach = nonce.length + AFTER_NONCE
  }

  /** What came before the nonce; of much of it the end. */
  get preamble(): string {
    return Buffer.concat([...this.#kept, this.#held])
      .subarray(-KEPT_BYTES)
      .toString()
  }

  /** The part of the piece that is the command's own output; undefined while the gate is closed. */
  pass(piece: Buffer): Buffer | undefined {
    if (this.open) return piece
    this.noise += piece.length
    this.#countPrompts(piece)
    const held = Buffer.concat([this.#held, piece])
    const line = this.#line.exec(held.toString("latin1"))
    const end = line?.index ?? Math.max(0, held.length - this.#reach)
    this.#keep(held.subarray(0, end))
    this.#held = line === null ? held.subarray(end) : Buffer.alloc(0)
    if (line === null) return undefined
    this.open = true
    this.pid = Number(line[1])
    return held.subarray(end + line[0].length)
  }

  #countPrompts(piece: Buffer): void {
    const text = this.#seam + piece.toString("latin1")
    this.asked += text.split(this.#prompt).length - 1
    this.#seam = text.slice(1 - this.#prompt.length)
  }

  #keep(piece: Buffer): void {
    this.#kept.push(piece)
    this.#keptBytes += piece.length
    if (this.#keptBytes <= 2 * KEPT_BYTES) return
    // A copy: a part of a packet would hold the whole of it.
    this.#kept = [Buffer.from(Buffer.concat(this.#kept).subarray(-KEPT_BYTES))]
    this.#keptBytes = KEPT_BYTES
  }
}
