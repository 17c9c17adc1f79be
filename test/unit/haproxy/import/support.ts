import { reveal } from "../../../../src/base/secret.ts"
import { type HaproxyImport, importHaproxy } from "../../../../src/haproxy/import/import.ts"
import { haproxySchema } from "../../../../src/haproxy/section/schema.ts"
import { render } from "../support.ts"

export interface Round {
  result: HaproxyImport
  /** The haproxy.cfg that the import renders to. */
  config: string
}

/** Imports a file and renders what came of it. Throws where the inventory would be wrong. */
export function roundTrip(text: string, vips: { name: string; address: string }[] = []): Round {
  const result = importHaproxy({ text, vips, hosts: [] })
  const { password } = result
  const haproxy = haproxySchema.parse(result.haproxy)
  if (haproxy.stats !== undefined && password !== undefined) haproxy.stats.password = reveal(password)
  const named = (list: readonly { name: string; address: string }[]) =>
    Object.fromEntries(list.map(({ name, address }) => [name, address]))
  return { result, config: render({ controllers: named(result.hosts), vips: named(result.vips), haproxy }) }
}
