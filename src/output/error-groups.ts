import { HaopsError } from "../base/errors.ts"
import { listing } from "../base/words.ts"

export interface ErrorGroup {
  hosts: readonly string[]
  error: HaopsError
}

/** Hosts that failed for the same reason are told once, as one error that names them all. In the order of the first of each. */
export function groupErrors(errors: readonly HaopsError[]): readonly ErrorGroup[] {
  const groups = new Map<string, HaopsError[]>()
  for (const error of errors) {
    const key = keyOf(error) ?? `own ${groups.size}`
    groups.set(key, [...(groups.get(key) ?? []), error])
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    const hosts = group.flatMap(({ host }) => host ?? [])
    return { hosts, error: group.length === 1 ? first! : merged(first!, hosts, group) }
  })
}

/** Undefined for one that has something of its own to show, such as what its command said. */
function keyOf({ code, step, message, hint, host, result, details }: HaopsError): string | undefined {
  if (host === undefined || result !== undefined || details !== undefined) return undefined
  return JSON.stringify([code, step, general(message, host), general(hint ?? "", host)])
}

const SOME = "\u0000"

function general(text: string, host: string): string {
  return text.replace(placeOf(host), SOME)
}

/** A host as errors name it: `controller2 (10.0.0.13:22)`, or by its name alone. */
function placeOf(host: string): RegExp {
  return new RegExp(`(?<![\\w.-])${host.replace(/[.]/g, "\\.")}(?: \\([^()]*\\))?(?![\\w-])`, "g")
}

function merged({ code, step, message, hint, host }: HaopsError, hosts: string[], group: HaopsError[]): HaopsError {
  const own = placeOf(host!)
  const places = group.flatMap((one) => one.message.match(placeOf(one.host!))?.[0] ?? [])
  const named = places.length === group.length
  const all = listing(named ? places : hosts, 9)
  const text = named ? message.replace(own, all) : `${all}: ${message}`
  return new HaopsError(code, text, { step, hint: hint?.replace(own, listing(hosts, 9)) })
}
