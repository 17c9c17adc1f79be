import { type Instance, named, readKeepalivedConf, wordAfter } from "./read-conf.ts"

/** Statements of an instance that haops has words for, or of its own. */
const KNOWN =
  `state interface virtual_router_id priority advert_int nopreempt version unicast_src_ip unicast_peer authentication
  virtual_ipaddress`.split(/\s+/)

/** Names of what haops would not write. A definition (`$NAME=value`) goes without its value, which may be a password. */
export function lostOf(text: string): readonly string[] {
  return readKeepalivedConf(text).flatMap(({ words, inner }) => {
    const head = isDefinition(words[0]) ? nameOf(words[0]) : words.slice(0, 2).join(" ")
    if (words[0] === "global_defs")
      return inner
        .filter(({ words: [name = ""] }) => !["router_id"].includes(name))
        .map((one) => `global_defs ${nameOf(one.words[0])}`)
    if (words[0] !== "vrrp_instance") return [head]
    return inner
      .filter(({ words: [name = ""] }) => !KNOWN.includes(name))
      .map((one) => `${head} ${nameOf(one.words[0])}`)
  })
}

function isDefinition(word: string | undefined): boolean {
  return word?.startsWith("$") === true
}

function nameOf(word = ""): string {
  return isDefinition(word) ? word.replace(/=.*/s, "") : word
}

/** Instances and addresses that the first host does not have: up writes the same ones on all hosts. */
export function elsewhereOnly(all: readonly { host: string; instances: readonly Instance[] }[]): readonly string[] {
  const [first, ...others] = all
  return others.flatMap(({ host, instances }) =>
    instances.flatMap(({ name, inner }) => {
      const same = first!.instances.find((one) => one.name === name)
      if (same === undefined)
        return [`keepalived.conf of ${host} has an instance ${name}, which is not on ${first!.host}, and would be gone`]
      const lost = addressesOf(inner).filter((one) => !addressesOf(same.inner).includes(one))
      if (lost.length === 0) return []
      return [
        `keepalived.conf of ${host} has ${lost.join(", ")} in ${name}, not on ${first!.host}, and would lose that`,
      ]
    }),
  )
}

/** What an instance has otherwise than the first one: an inventory says it once for all of them. No values: one is the password. */
export function ownSettings([first, ...others]: readonly Instance[]): readonly string[] {
  return others.flatMap(({ name, inner }) => {
    const differing = Object.entries(SHARED).filter(([, read]) => read(inner) !== read(first!.inner))
    if (differing.length === 0) return []
    const what = differing.map(([word]) => word).join(", ")
    return [
      `keepalived.conf's instance ${name} has another ${what} than ${first!.name}, whose is taken for all of them`,
    ]
  })
}

const SHARED: Readonly<Record<string, (inner: Instance["inner"]) => unknown>> = {
  advert_int: (inner) => Number(wordAfter(inner, "advert_int") ?? 1),
  auth_pass: passwordOf,
  nopreempt: (inner) => named(inner, "nopreempt") !== undefined,
  unicast_peer: (inner) => named(inner, "unicast_peer") !== undefined,
}

export function passwordOf(inner: Instance["inner"]): string | undefined {
  return wordAfter(named(inner, "authentication")?.inner ?? [], "auth_pass")
}

function addressesOf(inner: Instance["inner"]): readonly string[] {
  return (named(inner, "virtual_ipaddress")?.inner ?? []).map(({ words: [address = ""] }) => address)
}
