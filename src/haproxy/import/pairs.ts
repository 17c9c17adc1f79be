import type { ProxySection } from "../config/effective.ts"

/** A proxy that may become a service: a `listen`, or a `frontend` and the `backend` that it hands on to. */
export interface Pair {
  name: string
  front: ProxySection
  /** Its own: the same for a `listen`. Undefined: it hands on to `pool`, or to none. */
  back: ProxySection | undefined
  pool: string | undefined
}

/**
 * Each `listen`, and each `frontend` with its default backend, which the first that names it gets; the others share it, or have none.
 * Backends that nobody has by default are left.
 */
export function pairProxies(proxies: readonly ProxySection[]): {
  pairs: readonly Pair[]
  left: readonly ProxySection[]
} {
  const pairs: Pair[] = []
  const paired = new Set<ProxySection>()
  const names = new Set<string>(proxies.filter(({ kind }) => kind === "listen").map(({ name }) => name))
  for (const front of proxies) {
    if (front.kind === "backend") continue
    const back = front.kind === "listen" ? front : defaultBackend(front, proxies)
    const own = back === undefined || paired.has(back) ? undefined : back
    const name = front === back ? front.name : pairName(front.name, own?.name ?? front.name, names)
    names.add(name)
    if (own !== undefined) paired.add(own)
    pairs.push({ name, front, back: own, pool: own === undefined ? poolName(front) : undefined })
  }
  return { pairs, left: proxies.filter((proxy) => proxy.kind === "backend" && !paired.has(proxy)) }
}

/** What a frontend hands on to, where that is said. */
export function poolName({ entries }: ProxySection): string | undefined {
  return entries.find(({ key }) => key === "default_backend")?.text.split(" ")[1]
}

function defaultBackend(front: ProxySection, proxies: readonly ProxySection[]): ProxySection | undefined {
  const name = poolName(front)
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
