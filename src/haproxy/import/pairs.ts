import type { ProxySection } from "../config/effective.ts"
import { type Refusal, refusal } from "./refusal.ts"

/** A proxy that may become a service: a `listen`, or a `frontend` and the `backend` that it hands on to. */
export interface Pair {
  name: string
  front: ProxySection
  back: ProxySection
}

/** Each `listen`, and each `frontend` with its default backend, which the first that names it gets. The others stay alone. */
export function pairProxies(proxies: readonly ProxySection[]): {
  pairs: readonly Pair[]
  alone: readonly ProxySection[]
} {
  const pairs: Pair[] = []
  const paired = new Set<ProxySection>()
  const names = new Set<string>(proxies.filter(({ kind }) => kind === "listen").map(({ name }) => name))
  for (const front of proxies) {
    const back = front.kind === "listen" ? front : defaultBackend(front, proxies)
    if (back === undefined || paired.has(back)) continue
    const name = front === back ? front.name : pairName(front.name, back.name, names)
    names.add(name)
    for (const proxy of [front, back]) paired.add(proxy)
    pairs.push({ name, front, back })
  }
  return { pairs, alone: proxies.filter((proxy) => !paired.has(proxy)) }
}

/** Why a proxy has none to be paired with. */
export function whyAlone(proxy: ProxySection, proxies: readonly ProxySection[]): Refusal {
  const named = proxy.entries.find(({ key }) => key === "default_backend")
  if (proxy.kind === "backend") return refusal("no service has it as its only backend")
  if (named === undefined) return refusal("it has no default_backend")
  const name = named.text.split(" ")[1]
  const there = proxies.some(({ kind, name: other }) => kind === "backend" && other === name)
  return refusal(there ? `another service has backend ${name}` : `there is no backend ${name}`, named)
}

function defaultBackend({ kind, entries }: ProxySection, proxies: readonly ProxySection[]): ProxySection | undefined {
  if (kind !== "frontend") return undefined
  const name = entries.find(({ key }) => key === "default_backend")?.text.split(" ")[1]
  return proxies.find((proxy) => proxy.kind === "backend" && proxy.name === name)
}

/** What the names of both halves begin with: `keystone` for `keystone-vip` and `keystone-api`. The frontend's where that is nothing, or taken. */
function pairName(front: string, back: string, taken: ReadonlySet<string>): string {
  const parts = (name: string) => name.split(/(?<=[-_.])/)
  const [ours, theirs] = [parts(front), parts(back)]
  const until = ours.findIndex((part, at) => part !== theirs[at])
  const name = (until === -1 ? front : ours.slice(0, until).join("")).replace(/[-_.]+$/, "")
  return name === "" || taken.has(name) ? front : name
}
