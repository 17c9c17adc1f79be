import { inspect } from "node:util"

const REDACTED = "[secret]"

/** A value that prints as `[secret]` wherever it could leak: string conversion, JSON, inspect. Only the transport reveals. */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The value itself. Call it where the bytes leave this process or are hashed, nowhere else. */
  reveal(): string {
    return this.#value
  }

  /** A secret built from this one, such as a line of standard input that holds it. */
  map(build: (value: string) => string): Secret {
    return new Secret(build(this.#value))
  }

  toString(): string {
    return REDACTED
  }

  toJSON(): string {
    return REDACTED
  }

  [inspect.custom](): string {
    return REDACTED
  }
}

/** The text of a value that may be secret, for the place where it leaves the process. */
export function reveal(value: string | Secret): string {
  return typeof value === "string" ? value : value.reveal()
}
