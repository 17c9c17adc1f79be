/** What a corosync.conf is made of. */
interface CorosyncCluster {
  name: string
  /** In the order of their node ids; `links` are the node's addresses, one a ring. */
  nodes: readonly { name: string; nodeid: number; links: readonly string[] }[]
  transport: string
  /** Options of the section of this name, as corosync spells them. */
  totem: Readonly<Record<string, string>>
  quorum: Readonly<Record<string, string>>
}

/** Who encrypts: knet alone can, and does as the shells' own clusters do. */
const CRYPTO = { crypto_cipher: "aes256", crypto_hash: "sha256" }

/**
 * The corosync.conf(5) that founds a cluster, the same on all its nodes. Of two nodes either goes on alone (`two_node`), as the
 * shells set it, unless one of them breaks the tie: corosync does not take both.
 */
export function renderCorosyncConf({ name, nodes, transport, totem, quorum }: CorosyncCluster): string {
  const twoNode = nodes.length === 2 && quorum.auto_tie_breaker !== "1" ? { two_node: "1" } : {}
  const sections: readonly [string, readonly string[]][] = [
    [
      "totem",
      options({
        version: "2",
        cluster_name: name,
        transport,
        ...(transport === "knet" ? CRYPTO : {}),
        ...totem,
      }),
    ],
    ["nodelist", nodes.flatMap((node) => section("node", nodeOptions(node)))],
    ["quorum", options({ provider: "corosync_votequorum", ...twoNode, ...quorum })],
    ["logging", options({ to_logfile: "yes", logfile: "/var/log/corosync/corosync.log", to_syslog: "yes" })],
  ]
  return sections.map(([title, lines]) => `${section(title, lines).join("\n")}\n`).join("\n")
}

function nodeOptions({ name, nodeid, links }: CorosyncCluster["nodes"][number]): readonly string[] {
  const rings = links.map((address, index): [string, string] => [`ring${index}_addr`, address])
  return options({ ...Object.fromEntries(rings), name, nodeid: String(nodeid) })
}

function options(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([key, value]) => `${key}: ${value}`)
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return [`${name} {`, ...lines.map((line) => `    ${line}`), "}"]
}
