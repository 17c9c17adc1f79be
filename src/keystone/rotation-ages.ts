import { readAnswer, readInteger } from "../host/answer.ts"
import { CONFIG_DIRECTORY, PACKAGE_CONFIG } from "./config.ts"
import { KEYS_DIRECTORY } from "./state.ts"

/** What a rotation has to know of a host. Times are seconds since 1970, by its own clock. */
export interface Ages {
  now: number
  /** Seconds for which a token is good, and for which services may still use one that has ended. */
  expiration: number
  window: number
  /** When each key was made, by its number. */
  made: ReadonlyMap<number, number>
}

/** Keystone's own defaults. */
const EXPIRATION = 3_600
const WINDOW = 172_800

/** As Keystone reads them: its file, then all beside it by their names. What stands last counts; other sections have an \`expiration\` as well. */
export const AGES_SCRIPT = `date +'now %s'
cat ${PACKAGE_CONFIG} ${CONFIG_DIRECTORY}/*.conf 2>/dev/null | awk -F= '
  /^[[:space:]]*\\[/ { section = $0; next }
  section ~ /\\[token\\]/ && /^[[:space:]]*(expiration|allow_expired_window)[[:space:]]*=/ { gsub(/[[:space:]]/, ""); print $1, $2 }'
if cd ${KEYS_DIRECTORY} 2>/dev/null; then ls | grep -E '^[0-9]+$' | xargs -r stat -c 'made %n %Y' -- || exit; fi`

export function parseAges(stdout: string): Ages {
  const answer = readAnswer(stdout, ["now", "expiration", "allow_expired_window", "made"])
  const seconds = (key: string, none: number) => {
    const text = answer.all(key).at(-1)
    return text === undefined ? none : readInteger(text)
  }
  return {
    now: readInteger(answer.need("now")),
    expiration: seconds("expiration", EXPIRATION),
    window: seconds("allow_expired_window", WINDOW),
    made: new Map(answer.all("made").map((line) => line.split(" ").map(readInteger) as [number, number])),
  }
}

/**
 * Pure. Why a rotation now would make tokens invalid that are good; undefined: it would not. A key is staged when the one before it
 * begins to make tokens, so that each says when its predecessor's predecessor ended: number 0 when the last one began.
 */
export function tooEarly({ now, expiration, window, made }: Ages, most: number): string | undefined {
  const numbers = [...made.keys()].filter((number) => number > 0).sort((a, b) => a - b)
  const drop = numbers.length + 2 - most
  if (drop <= 0 || numbers.length === 0) return undefined
  const last = Math.min(drop, numbers.length)
  const dropped = numbers[last - 1]!
  const successor = numbers[last + 1]
  const ended = last === numbers.length ? now : (made.get(successor ?? 0) ?? now)
  const good = ended + expiration + window
  if (good <= now) return undefined
  const [until, from] = [good, ended].map((seconds) => new Date(seconds * 1000).toISOString().slice(0, 16))
  const life = `${Number(((expiration + window) / 3_600).toFixed(1))} h`
  return `a rotation now drops key ${dropped}, by which tokens were made until ${from}Z; they are good for ${life}, until ${until}Z`
}
