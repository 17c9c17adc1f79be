import { DEFAULT_NAME, keyPath } from "../booth/settings.ts"
import { draftYaml, type Remark } from "../document/draft.ts"
import { formatPath, type Path } from "../document/problems.ts"
import { adoptHaproxy } from "../haproxy/adopt.ts"
import { type AdoptedCib, adoptCib } from "../pacemaker/adopt/adopt-cib.ts"
import { nonEmpty, scalarsOf } from "../pacemaker/adopt/words.ts"
import type { VipsYaml } from "../vip/section/schema.ts"
import type { Findings } from "./findings.ts"
import type { AdoptedHost } from "./members.ts"
import type { Wording, Written } from "./wording.ts"

const HEAD = [
  "yaml-language-server: $schema=./inventory.schema.json",
  'Taken in by "haops adopt" from what ran. Next: haops plan -i, which shows what up would do.',
]
const PASSWORD: Remark = {
  path: ["pacemaker", "password"],
  text: "put the password of the user hacluster on the nodes into this file, 0600; another one is set there by up",
}
const UNNAMED = "adopted"

/** The inventory in this wording. */
export function write(findings: Findings, wording: Wording): Written {
  const { corosync, cib, keepalived, sysctl, hosts } = findings
  const adopted = cib === undefined ? NO_CIB : adoptCib(cib.text, wording.choices)
  const vips = vipsOf(findings, adopted.vips)
  const haproxy = haproxyOf(findings, vips, wording, adopted)
  const pacemaker = corosync === undefined ? undefined : pacemakerOf(findings, adopted)
  const sections = {
    name: nameOf(findings, wording),
    ssh: { ...findings.ssh },
    controllers: Object.fromEntries(hosts.hosts.map((host) => [host.name, hostYaml(host)])),
    loadbalancers: Object.fromEntries(findings.beside.hosts.map((host) => [host.name, hostYaml(host)])),
    pacemaker,
    vips,
    booth: wording.booth?.yaml,
    haproxy: haproxy.yaml,
    keepalived: Object.keys(keepalived.vips).length === 0 ? undefined : keepalived.keepalived,
    sysctl: scalarsOf(sysctlOf(sysctl.settings, haproxy.yaml !== undefined, vips)),
  }
  const { value, remarks } = withoutRefused(nonEmpty(sections), wording)
  const all = [
    ...(corosync === undefined ? [] : [PASSWORD, ...corosync.remarks]),
    ...hosts.remarks,
    ...adopted.remarks,
    ...boothRemarks(wording),
    ...keepalived.remarks,
    ...haproxy.remarks,
    ...remarks,
  ]
  return {
    text: draftYaml({ value, remarks: all, head: HEAD }),
    told: [
      ...haproxy.told,
      ...(corosync !== undefined && corosync.conf.name !== value.name
        ? [renamed(corosync.conf.name, String(value.name))]
        : []),
    ],
    vips: Object.keys(adopted.vips),
    constraintIds: adopted.constraintIds,
    levelIds: adopted.levelIds,
    ruleIds: adopted.ruleIds,
    fencingIds: (adopted.pacemaker.fencing ?? []).map(({ name }) => name),
  }
}

function boothRemarks({ booth }: Wording): readonly Remark[] {
  if (booth === undefined) return []
  const path = keyPath({ name: booth.yaml.name ?? DEFAULT_NAME })
  const text = `put the key of all members into this file, 0600: what (printf base64:; base64 -w0 ${path}) prints on a node`
  return [{ path: ["booth", "key"], text }]
}

const NO_CIB: AdoptedCib = {
  pacemaker: {},
  vips: {},
  haproxy: undefined,
  constraintIds: [],
  levelIds: [],
  ruleIds: { resourceDefaultRules: [], operationDefaultRules: [] },
  remarks: [],
}

function pacemakerOf({ corosync, crmsh }: Findings, { pacemaker }: AdoptedCib) {
  const shell = crmsh ? { shell: "crmsh" } : {}
  return { ...shell, password: { file: "secrets/hacluster" }, ...corosync?.pacemaker, ...pacemaker }
}

/** Where there are load balancers, an address of the members says so. */
function vipsOf({ beside, keepalived }: Findings, adopted: VipsYaml): VipsYaml {
  if (beside.hosts.length === 0) return { ...adopted, ...keepalived.vips }
  const onMembers = beside.balancers.length === 0 ? { ...adopted, ...keepalived.vips } : adopted
  const said = Object.entries(onMembers).map(([name, vip]) => {
    return [name, { ...(typeof vip === "string" ? { address: vip } : vip), on: "controllers" as const }] as const
  })
  return { ...keepalived.vips, ...Object.fromEntries(said) }
}

function nameOf({ corosync }: Findings, { without }: Wording): string {
  const name = corosync?.conf.name ?? UNNAMED
  if (!without.some(({ path }) => path[0] === "name")) return name
  return name.replaceAll(/[^A-Za-z0-9_-]+/g, "-").slice(0, 64)
}

function renamed(have: string | undefined, name: string): string {
  const what =
    have === undefined
      ? "corosync.conf has no name for the cluster"
      : `the cluster is called ${have}, which no inventory can say`
  return `${what}: haops takes it for another one than ${name}, and leaves it alone`
}

function hostYaml({ address, links, nodeid }: AdoptedHost) {
  const more = nonEmpty({ links, nodeid })
  return Object.keys(more).length === 0 ? address : { address, ...more }
}

/** No VIP is at hand: then an address that haproxy listens on is said as one. */
const NO_VIP = { name: "none", address: "192.0.2.1" }

function haproxyOf(findings: Findings, vips: VipsYaml, wording: Wording, { haproxy: tuning }: AdoptedCib) {
  if (findings.haproxy === undefined) return { yaml: undefined, remarks: [], told: [] }
  const named = Object.entries(vips).map(([name, vip]) => {
    const address = typeof vip === "string" ? vip : vip.address
    return { name, address: address.replace(/\/.*/, "") }
  })
  const { yaml, remarks, told } = adoptHaproxy(
    findings.haproxy,
    findings.hosts.hosts,
    named.length > 0 ? named : [NO_VIP],
  )
  if (wording.haproxy)
    return { yaml: { ...tuning, ...yaml }, remarks, told: told.map((text) => `haproxy.cfg: ${text}`) }
  const section = draftYaml({ value: { haproxy: yaml }, remarks: [], head: [] }).trimEnd()
  const text = `What haproxy.cfg says as a section, which is left out since it would change the cluster: haops makes a resource lb-haproxy of it.\n${section}`
  return { yaml: undefined, remarks: [{ path: ["haproxy"], text }], told: [OUTSIDE] }
}

const OUTSIDE =
  "haproxy does not run as haops would run it, so its section is a comment, and haops leaves haproxy.cfg alone"

/** Haops sets by itself that haproxy may bind a VIP that is elsewhere. */
function sysctlOf(
  settings: Readonly<Record<string, string>>,
  haproxy: boolean,
  vips: VipsYaml,
): Record<string, string> {
  const v6 = Object.values(vips).some((vip) => (typeof vip === "string" ? vip : vip.address).includes(":"))
  const own = haproxy ? ["net.ipv4.ip_nonlocal_bind", ...(v6 ? ["net.ipv6.ip_nonlocal_bind"] : [])] : []
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => !(own.includes(name) && value === "1")))
}

/** What the checks of an inventory do not take, as comments. */
function withoutRefused(sections: Readonly<Record<string, unknown>>, { without }: Wording) {
  const value = structuredClone(sections) as Record<string, unknown>
  const paths = without.map(({ path }) => path).filter(([section]) => section !== "name")
  for (const path of paths) remove(value, path)
  const remarks = without
    .filter(({ path }) => path[0] !== "name")
    .map(({ path, why }): Remark => ({ path, text: `${formatPath(path)} is left out: ${why}` }))
  return { value: nonEmpty(value), remarks }
}

function remove(value: Record<string, unknown>, path: Path): void {
  const [key = "", ...rest] = path
  const inner = value[key]
  if (rest.length === 0 || typeof inner !== "object" || inner === null) delete value[key]
  else remove(inner as Record<string, unknown>, rest)
}
