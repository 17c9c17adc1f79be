import {
  type CorosyncConf,
  type CorosyncSection,
  parseCorosyncConf,
  parseCorosyncSections,
} from "../../corosync/conf.ts"
import type { Remark } from "../../document/draft.ts"
import { quorumSchema, totemSchema } from "../section/corosync-schema.ts"
import type { PacemakerYaml } from "../section/schema.ts"
import { nonEmpty, scalarOf } from "./words.ts"

export interface AdoptedCorosync {
  conf: CorosyncConf
  /** Of the section pacemaker: what is in corosync.conf. */
  pacemaker: Pick<PacemakerYaml, "transport" | "totem" | "quorum" | "quorumDevice">
  remarks: readonly Remark[]
}

/** The settings of a corosync.conf in the inventory's words; what has none is among the remarks, and stays in the file. */
export function adoptCorosync(text: string): AdoptedCorosync {
  const conf = parseCorosyncConf(text)
  const transport = conf.transport ?? "knet"
  const totem = wordsOf("totem", conf.totem)
  const quorum = wordsOf("quorum", conf.quorum)
  const known: Pick<PacemakerYaml, "transport"> = transport === "udpu" || transport === "udp" ? { transport } : {}
  const unknown: Record<string, string> = transport === "knet" || known.transport !== undefined ? {} : { transport }
  const usual = { ...usualTotem(transport), ...usualQuorum(conf) }
  const left = (section: string, options: Readonly<Record<string, string>>, path: string) => {
    const lines = Object.entries(options).filter(([key, value]) => !isUsual(usual[key], value))
    if (lines.length === 0) return []
    const all = lines.map(shownOption).join(", ")
    return [
      {
        path: ["pacemaker", path],
        text: `corosync.conf has more in ${section}, for which an inventory has no word; it stays: ${all}`,
      },
    ]
  }
  return {
    conf,
    pacemaker: nonEmpty({ ...known, totem: totem.yaml, quorum: quorum.yaml }),
    remarks: [
      ...left("totem", { ...totem.left, ...unknown }, "totem"),
      ...left("quorum", quorum.left, "quorum"),
      ...sectionRemarks(parseCorosyncSections(text), conf),
    ],
  }
}

/** By key, the only value that needs no word; true: any. */
type Usual = Readonly<Record<string, string | readonly string[] | true>>

function isUsual(usual: Usual[string] | undefined, value: string): boolean {
  if (usual === undefined || usual === true) return usual === true
  return typeof usual === "string" ? usual === value : usual.includes(value)
}

/** What haops or the shells write there by themselves. */
function usualTotem(transport: string): Usual {
  const crypto: Usual = transport === "knet" ? { crypto_cipher: "aes256", crypto_hash: "sha256" } : {}
  return { version: "2", cluster_name: true, cluster_uuid: true, transport: ["knet", "udpu", "udp"], ...crypto }
}

function usualQuorum({ nodes }: CorosyncConf): Usual {
  return {
    provider: "corosync_votequorum",
    two_node: nodes.length === 2 ? "1" : "0",
    expected_votes: String(nodes.length),
  }
}

const SCHEMAS = { totem: totemSchema, quorum: quorumSchema } as const
const BOOLEANS = { totem: { yes: true, no: false }, quorum: { "1": true, "0": false } } as const

/** The options that the inventory has words for, where it would write the value as it is. */
function wordsOf(section: keyof typeof SCHEMAS, options: Readonly<Record<string, string>>) {
  const yaml: Record<string, number | boolean> = {}
  const left: Record<string, string> = {}
  for (const [key, value] of Object.entries(options)) {
    const word = camelCase(key)
    const typed = [BOOLEANS[section][value as never] as boolean | undefined, scalarOf(value)].find(
      (one) => one !== undefined && SCHEMAS[section].safeParse({ [word]: one }).success,
    )
    if (word === "version" || typed === undefined) left[key] = value
    else yaml[word] = typed as number | boolean
  }
  return { yaml, left }
}

function camelCase(key: string): string {
  return key.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

const READ = ["totem", "quorum", "nodelist", "logging"]
const LOGGING = [
  "to_logfile",
  "logfile",
  "to_syslog",
  "timestamp",
  "to_stderr",
  "debug",
  "fileline",
  "syslog_facility",
  "syslog_priority",
]

function sectionRemarks(sections: readonly CorosyncSection[], conf: CorosyncConf): readonly Remark[] {
  const shown = sections.flatMap((section) => {
    const within = section.sections.filter(({ name }) => !["device", "node"].includes(name))
    if (READ.includes(section.name)) return within.map((one) => ({ in: `${section.name}.${one.name}`, section: one }))
    return [{ in: section.name, section }]
  })
  const logging = sections.filter(({ name }) => name === "logging").flatMap(({ options }) => Object.keys(options))
  const more = logging.filter((key) => !LOGGING.includes(key))
  const path = ["pacemaker", ""]
  return [
    ...shown.map((one) => ({
      path,
      text: `corosync.conf's ${one.in}, for which an inventory has no word; it stays: ${shownOptions(one.section)}`,
    })),
    ...(more.length === 0
      ? []
      : [
          {
            path,
            text: `corosync.conf's logging has ${more.join(", ")}, for which an inventory has no word; it stays`,
          },
        ]),
    ...deviceRemark(conf),
    ...conf.nodes.flatMap(({ name, votes }) =>
      votes === undefined || votes === 1
        ? []
        : [
            {
              path: ["controllers", name],
              text: `quorum_votes: ${votes}, for which an inventory has no word; it stays`,
            },
          ],
    ),
  ]
}

function shownOptions({ options, sections }: CorosyncSection): string {
  const own = Object.entries(options).map(shownOption)
  return [...own, ...sections.map((one) => `${one.name} { ${shownOptions(one)} }`)].join(", ")
}

/** `key` is the cluster's key itself, where it is in no file of its own. */
function shownOption([key, value]: [string, string]): string {
  return `${key}: ${key === "key" ? "(not shown)" : value}`
}

/** Its host has to be in the inventory, and to be no member. */
function deviceRemark({ device }: CorosyncConf): readonly Remark[] {
  if (device === undefined) return []
  const { host = "?", algorithm = "ffsplit" } = device
  const text = `the cluster has a quorum device, which stays: once its host ${host} is a host of this inventory that is no member, say\nquorumDevice: { host: NAME, algorithm: ${algorithm} }`
  return [{ path: ["pacemaker", "quorumDevice"], text }]
}
