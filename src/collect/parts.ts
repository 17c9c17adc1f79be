/** One file of a host's, or what a program said, as it came. */
export interface Part {
  name: string
  text: string
  /** Bytes that were left out. */
  cut: number
  /** Of which side, or because it could not be read in clear. */
  where: "start" | "end" | "unreadable"
}

export interface PartReader {
  /** The next piece of what a host says. */
  take(chunk: string): void
  /** It has said all that there was to say. */
  readonly complete: boolean
}

interface Listeners {
  /** The host's clock, in milliseconds since 1970. */
  clock(ms: number): void
  part(part: Part): void
}

/** Reads what the script says as it comes, and holds no more than the part that is coming. */
export function createPartReader(nonce: string, { clock, part }: Listeners): PartReader {
  let rest = ""
  let open: { name: string; pieces: string[] } | undefined
  let complete = false
  const marker = (line: string) => {
    const [, word, first = "", second = ""] = line.split(" ")
    if (word === "clock") clock(Number(first) / 1e6)
    else if (word === "begin") open = { name: line.slice(nonce.length + " begin ".length), pieces: [] }
    else if (word === "all") complete = true
    else if (word === "end" && open !== undefined) {
      // The line's end before it is ours.
      const text = open.pieces.join("").slice(0, -1)
      part(wholeLines({ name: open.name, text, cut: Number(first), where: second as Part["where"] }))
      open = undefined
    }
  }
  return {
    take(chunk) {
      rest += chunk
      for (;;) {
        const at = rest.indexOf(`${nonce} `)
        const end = at === -1 ? -1 : rest.indexOf("\n", at)
        if (end === -1) break
        open?.pieces.push(rest.slice(0, at))
        marker(rest.slice(at, end))
        rest = rest.slice(end + 1)
      }
      // What may be the beginning of a marker waits for the rest of it.
      const sure = rest.includes(`${nonce} `) ? 0 : Math.max(0, rest.length - nonce.length)
      if (open === undefined || sure === 0) return
      open.pieces.push(rest.slice(0, sure))
      rest = rest.slice(sure)
    },
    get complete() {
      return complete
    },
  }
}

/** Half a line may be half a secret, by which nobody would know it: where something was cut off, the rest of that line goes too. */
function wholeLines(part: Part): Part {
  const { text, cut, where } = part
  if (cut === 0 || where === "unreadable") return part
  const whole =
    where === "start" ? text.slice(text.indexOf("\n") + 1 || text.length) : text.slice(0, text.lastIndexOf("\n") + 1)
  return { ...part, text: whole, cut: cut + Buffer.byteLength(text) - Buffer.byteLength(whole) }
}
