import type { HaopsError } from "../base/errors.ts"
import type { Connection } from "./connection.ts"

/** Whether a connection is lost, and who is to be told; the first reason stays. */
export class Loss {
  readonly #listeners = new Set<(error: HaopsError) => void>()
  #reason: HaopsError | undefined

  get reason(): HaopsError | undefined {
    return this.#reason
  }

  tell(reason: HaopsError): void {
    this.#reason ??= reason
    for (const listener of this.#listeners) listener(this.#reason)
    this.#listeners.clear()
  }

  readonly listen: Connection["onLost"] = (listener) => {
    if (this.#reason !== undefined) listener(this.#reason)
    else this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
