import { HaopsError } from "../base/errors.ts"
import { parseCorosyncConf } from "../corosync/conf.ts"
import type { SshSettings } from "../model/inventory.ts"
import { type Agents, agentName, metadataScript, parseAgents } from "../pacemaker/agents/metadata.ts"
import { parseCib } from "../pacemaker/cib-parse.ts"
import type { Connector } from "../transport/connector.ts"
import { createPool } from "../transport/pool.ts"
import type { Transport } from "../transport/transport.ts"
import { ADOPT_SCRIPT, parseAnswer } from "./ask.ts"
import { type AskedHost, membersUnasked } from "./members.ts"

export interface AskRequest {
  /** IP addresses. */
  addresses: readonly string[]
  ssh: SshSettings
  connector: Connector
  /** Hosts asked at a time. */
  forks: number
  signal: AbortSignal
}

export interface Asking {
  asked: readonly (AskedHost & { error?: HaopsError | undefined })[]
  agents: Agents
}

/** More than a host that is well needs for its answers, in milliseconds. */
const TIMEOUT_MS = 60_000

/** Asks these hosts what runs there, and then the other members of the cluster that they are in. Changes nothing on them. */
export async function askHosts(request: AskRequest): Promise<Asking> {
  const transports: Transport[] = []
  try {
    const first = await askAll(request, request.addresses, transports)
    const text = first.flatMap(({ answer }) => answer?.corosync ?? [])[0]
    const others = text === undefined ? [] : membersUnasked(parseCorosyncConf(text), first)
    const asked = [...first, ...(await askAll(request, others, transports))]
    if (request.signal.aborted) throw new HaopsError("E_CANCELED", "interrupted; nothing was touched")
    return { asked, agents: await askAgents(asked, transports, request.signal) }
  } finally {
    await Promise.all(transports.map((one) => one[Symbol.asyncDispose]()))
  }
}

async function askAll(
  { connector, ssh, forks, signal }: AskRequest,
  addresses: readonly string[],
  transports: Transport[],
) {
  const settled = await createPool(forks).map(
    addresses.map((name) => ({ name })),
    async ({ name: address }) => {
      const host = { name: address, address, links: [address], group: "controllers", ssh } as const
      const transport = await connector.connect(host, signal)
      transports.push(transport)
      return parseAnswer(await told(transport, ADOPT_SCRIPT, signal))
    },
  )
  return settled.map((one) => {
    const { name: address } = one.host
    return "value" in one ? { address, answer: one.value } : { address, error: one.error }
  })
}

async function told(transport: Transport, script: string, signal: AbortSignal): Promise<string> {
  const result = await transport.exec({ argv: ["sh", "-s"], stdin: script, timeoutMs: TIMEOUT_MS }, signal)
  if (result.code === 0) return result.stdout
  throw new HaopsError("E_PROBE", "it could not be asked what runs there", { host: transport.host, result })
}

/** The agents of what the cluster has, asked on a node where it runs. */
async function askAgents(
  asked: Asking["asked"],
  transports: readonly Transport[],
  signal: AbortSignal,
): Promise<Agents> {
  const node = asked.find(({ answer }) => answer?.cib !== undefined)
  const transport = transports.find(({ host }) => host === node?.address)
  const { resources } = parseCib(node?.answer?.cib ?? "<cib/>")
  const agents = [...new Set(resources.map(({ agent }) => agentName(agent)))]
  if (transport === undefined || agents.length === 0) return new Map()
  return parseAgents(await told(transport, metadataScript(agents), signal))
}
