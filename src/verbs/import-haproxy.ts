import { canonicalAddress, inSubnet, parseCidr } from "../base/address.ts"
import { cleanScreen, escapeJson } from "../base/clean.ts"
import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import { readConfigFiles } from "../haproxy/import/files.ts"
import type { Named } from "../haproxy/import/hosts.ts"
import { type HaproxyImport, importHaproxy } from "../haproxy/import/import.ts"
import { importReport } from "../haproxy/import/report.ts"
import { importYaml } from "../haproxy/import/yaml.ts"
import { loadInventory } from "../inventory/load.ts"
import type { CommonOptions } from "./options.ts"

interface ImportHaproxyOptions extends CommonOptions {
  /** `NAME=ADDRESS[/PREFIX]` */
  vip: string[]
}

/**
 * `haops import-haproxy FILE…`: an existing haproxy.cfg as an inventory, on standard output; what became of it on standard error.
 * Of several files, and of a directory, what haproxy would read of them.
 * With `-i`, the section for that inventory, over its hosts and VIPs.
 */
export async function importHaproxyVerb(options: ImportHaproxyOptions, ...files: string[]): Promise<number> {
  const inventory = options.inventory === undefined ? undefined : await loadInventory(options.inventory)
  const given = options.vip.map(vipOf)
  const vips = [...(inventory?.vips ?? []).filter(({ name }) => !given.some((vip) => vip.name === name)), ...given]
  const hosts = (inventory?.hosts ?? []).filter(({ group }) => group === "controllers")
  const file = files.join(" ")
  const imported = (await readConfigFiles(files)).place((text) => importHaproxy({ text, vips, hosts }))
  const written = inventory === undefined ? imported.vips : given
  const result = { ...imported, notes: [...imported.notes, ...checks(imported, inventory === undefined, given)] }
  const yaml = importYaml(result, { file, whole: inventory === undefined, vips: cidrs(written, given) })
  if (options.json === true) {
    const document = { outcome: "done", exit: EXIT.done, file, inventory: yaml, notes: result.notes }
    process.stdout.write(`${escapeJson(JSON.stringify(document, undefined, 2))}\n`)
  } else {
    process.stdout.write(yaml)
    process.stderr.write(cleanScreen(importReport(result, file)))
  }
  return EXIT.done
}

interface GivenVip extends Named {
  prefix?: number | undefined
}

function vipOf(text: string): GivenVip {
  const [, name = "", target = ""] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(\S+)$/.exec(text) ?? []
  const cidr = parseCidr(target)
  const address = cidr?.address ?? canonicalAddress(target)
  if (name !== "" && address !== undefined) return { name, address, prefix: cidr?.prefix }
  const hint = "Such as --vip public=10.0.0.11/24."
  throw new HaopsError("E_INPUT", `--vip ${text} is not NAME=ADDRESS or NAME=ADDRESS/PREFIX`, { hint })
}

function cidrs(vips: readonly Named[], given: readonly GivenVip[]): Record<string, string> {
  return Object.fromEntries(vips.map((vip) => [vip.name, `${vip.address}/${prefixOf(vip, given)}`]))
}

function prefixOf({ name, address }: Named, given: readonly GivenVip[]): number {
  return given.find((vip) => vip.name === name)?.prefix ?? (address.includes(":") ? 64 : 24)
}

/** What the file does not say and was guessed. */
function checks(
  { hosts, vips, haproxy }: HaproxyImport,
  whole: boolean,
  given: readonly GivenVip[],
): HaproxyImport["notes"] {
  const check = (text: string) => ({ kind: "check", text }) as const
  if (!whole) return []
  const guessed = vips.filter(({ name }) => !given.some((vip) => vip.name === name && vip.prefix !== undefined))
  const strange = vips.filter((vip) => {
    return hosts.length > 0 && !hosts.some(({ address }) => inSubnet(address, { ...vip, prefix: prefixOf(vip, given) }))
  })
  const silent = haproxy.global?.log?.length === 0
  return [
    ...guessed.map((vip) =>
      check(`${vip.address} is taken for a VIP in a /${prefixOf(vip, given)}: --vip NAME=ADDRESS/PREFIX says better`),
    ),
    ...strange.map(({ address }) =>
      check(`no controller is in the network of ${address}: name the hosts that run haproxy under loadbalancers`),
    ),
    check(
      hosts.length > 0
        ? `the servers that most services share are taken for the controllers: ${hosts.map(({ name }) => name).join(", ")}`
        : "no host of the file can be a controller: name them under controllers",
    ),
    ...(silent
      ? [check('the file names no log target, so nothing is logged; without "log: []" it goes to the journal')]
      : []),
  ]
}
