import type { Entry } from "../config/effective.ts"
import type { ServiceYaml } from "../section/service-schema.ts"
import type { Base } from "./base.ts"
import type { Half } from "./half.ts"
import { isPlain } from "./plain.ts"

const ACL = /^acl\s+([A-Za-z0-9_.:-]+)\s+(\S.*)$/
const ROUTE = /^use_backend\s+([A-Za-z0-9_.:-]+)(?:\s+(if|unless)\s+(\S.*))?$/

/** Conditions and what is sent elsewhere by them, taken out of a proxy. A backend that a request itself names stays in haproxy's words. */
export function takeRoutes(half: Half, base: Base): Pick<ServiceYaml, "acls" | "routes"> {
  const given = base.raw.map(({ text }) => text)
  const own = (prefix: string) => half.all(prefix).filter(({ text }) => !given.includes(text))
  const acls = own("acl ").filter(({ directive }) => isPlain(directive) && ACL.test(directive.text))
  const ways = own("use_backend ")
  const routed = ways.length === half.all("use_backend ").length && ways.every(isRoute) ? ways : []
  half.take([...acls, ...routed])
  return {
    ...(acls.length === 0 ? {} : { acls: aclsOf(acls) }),
    ...(routed.length === 0 ? {} : { routes: routed.map(routeOf) }),
  }
}

function aclsOf(entries: readonly Entry[]): NonNullable<ServiceYaml["acls"]> {
  const byName = new Map<string, string[]>()
  for (const { directive } of entries) {
    const [, name = "", criterion = ""] = ACL.exec(directive.text) ?? []
    byName.set(name, [...(byName.get(name) ?? []), criterion])
  }
  return Object.fromEntries([...byName].map(([name, list]) => [name, list.length === 1 ? list[0]! : list]))
}

function isRoute({ directive }: Entry): boolean {
  return isPlain(directive) && ROUTE.test(directive.text)
}

function routeOf({ directive }: Entry): NonNullable<ServiceYaml["routes"]>[number] {
  const [, pool = "", word, condition] = ROUTE.exec(directive.text) ?? []
  return { pool, ...(word === "if" ? { when: condition } : {}), ...(word === "unless" ? { unless: condition } : {}) }
}
