import { cleanLine } from "../base/clean.ts"
import type { HaopsEvent } from "../base/events.ts"
import { LiveModel } from "./live-model.ts"
import { isLong, renderFrame, stageLines } from "./live-view.ts"
import { createPaint, type Paint } from "./paint.ts"
import type { PastTimes } from "./past-times.ts"
import { neverThrow, type OutputSink, type OutputStream } from "./sink.ts"
import { type SizedStream, withSize } from "./terminal-size.ts"
import { movesLine } from "./transitions.ts"
import { wrapIndented } from "./width.ts"

interface TerminalOptions {
  color: boolean
  /** A clock in milliseconds. Default: monotonic. */
  now?: (() => number) | undefined
  /** Milliseconds between frames. Default 80. */
  frameMs?: number | undefined
  /** How long things took in earlier runs. */
  past?: (() => Promise<PastTimes>) | undefined
}

const HIDE_CURSOR = "\u001b[?25l"
const SHOW_CURSOR = "\u001b[?25h"

/**
 * A live table of stages and hosts on a terminal. Events only change the model; a timer draws it and keeps nothing alive.
 * Ends with `run-finished` or `close`, and at the latest when the process exits: the table is gone then, the cursor is
 * back, and one line of stages stays where something was changed or failed.
 */
export async function createTerminalSink(stream: OutputStream, options: TerminalOptions): Promise<OutputSink> {
  const { createLogUpdate } = await import("log-update")
  const sized = withSize(stream)
  // Its type asks for a whole stream; it writes, and reads columns, rows and isTTY.
  const update = createLogUpdate(sized as SizedStream & NodeJS.WritableStream, { showCursor: true })
  const screen = new Screen(sized, update, options)
  return {
    sink: neverThrow(
      (event) => screen.take(event),
      () => screen.close(),
    ),
    close: () => screen.close(),
    pause: () => screen.pause(),
  }
}

interface Update {
  (text: string): void
  clear(): void
  done(): void
  persist(text: string): void
}

class Screen {
  readonly #stream: SizedStream
  readonly #update: Update
  readonly #paint: Paint
  readonly #now: () => number
  readonly #model = new LiveModel()
  readonly #timer: NodeJS.Timeout
  readonly #onExit = () => this.close()
  #lookUp: TerminalOptions["past"]
  #past: PastTimes | undefined
  #frame = 0
  #drawn = false
  #paused = 0
  #closed = false

  constructor(stream: SizedStream, update: Update, options: TerminalOptions) {
    const { color, now = () => performance.now(), frameMs = 80, past } = options
    this.#stream = stream
    this.#update = update
    this.#paint = createPaint(color)
    this.#now = now
    this.#lookUp = past
    this.#timer = setInterval(() => this.#draw(), frameMs)
    this.#timer.unref()
    process.once("exit", this.#onExit)
  }

  take(event: HaopsEvent): void {
    if (this.#closed) return
    this.#model.take(event, this.#now())
    if (event.type === "message")
      this.#say(event.level === "warning" ? "warning: " : "", event.text, event.level === "warning")
    if (event.type === "finding") {
      const { severity, message } = event.finding
      this.#say(`${severity}: ${event.host}: `, message, true)
    }
    const moves = event.type === "transitions" ? movesLine(event.transitions) : undefined
    if (moves !== undefined) this.#say("", moves, false)
    if (event.type === "run-finished") this.close()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    clearInterval(this.#timer)
    process.off("exit", this.#onExit)
    this.#quietly(() => {
      this.#erase()
      this.#model.end()
      if (this.#isWorthKeeping()) {
        const lines = stageLines(this.#model.stages, this.#stream.columns, this.#frame, this.#paint)
        this.#stream.write(`${lines.join("\n")}\n`)
      }
    })
  }

  /** What is written meanwhile stays where it is: the table comes back below it. */
  pause(): () => void {
    this.#paused++
    this.#quietly(() => this.#erase())
    return () => void this.#paused--
  }

  #isWorthKeeping(): boolean {
    return this.#model.stages.some(({ state }) => state === "changed" || state === "failed")
  }

  /** A line that stays, above the table. */
  #say(lead: string, text: string, warning: boolean): void {
    this.#erase()
    const lines = wrapIndented(lead + cleanLine(text), this.#stream.columns, "", "  ")
    const painted = warning ? lines.map(this.#paint.yellow) : lines
    this.#stream.write(`${painted.join("\n")}\n`)
  }

  #draw(): void {
    if (this.#paused > 0) return
    this.#quietly(() => {
      const text = renderFrame(this.#model, this.#stream, this.#moment(), this.#paint)
      if (text === "") return
      if (!this.#drawn) this.#stream.write(HIDE_CURSOR)
      this.#drawn = true
      this.#update(text)
    })
  }

  /** The past is looked up when somebody has waited long enough to ask, and once. */
  #moment() {
    const now = this.#now()
    if (this.#lookUp !== undefined && this.#model.rows.some((row) => isLong(row, now))) {
      this.#lookUp().then(
        (past) => {
          this.#past = past
        },
        () => undefined,
      )
      this.#lookUp = undefined
    }
    return { now, frame: this.#frame++, past: this.#past }
  }

  #erase(): void {
    if (!this.#drawn) return
    this.#drawn = false
    this.#update.clear()
    this.#update.done()
    this.#stream.write(SHOW_CURSOR)
  }

  /** A terminal that went away (a closed window, a cut login) must not end the run. */
  #quietly(action: () => void): void {
    try {
      action()
    } catch {
      this.close()
    }
  }
}
