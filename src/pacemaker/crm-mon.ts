import { HaopsError } from "../base/errors.ts"
import { rememberLast } from "../base/remember-last.ts"
import { shared } from "../host/shared.ts"
import { readXml, type XmlReader } from "./xml.ts"

export interface CrmNode {
  name: string
  online: boolean
  standby: boolean
  maintenance: boolean
  /** Joined the membership but not yet the cluster. */
  pending: boolean
  unclean: boolean
  dc: boolean
}

/** One instance of a resource: a primitive, or one copy of a clone. */
export interface CrmResource {
  /** Without the `:0` of a unique clone's copy. */
  id: string
  agent: string
  /** `Started`, `Stopped`, `Promoted`, `Master`, … as the node's version says. */
  role: string
  active: boolean
  failed: boolean
  managed: boolean
  /** Somebody wants it stopped (`target-role`). */
  disabled: boolean
  /** Where it runs; several for a resource that is active where it must not be. */
  nodes: readonly string[]
  /** The clone, group or bundle that holds it, innermost last. */
  within: readonly string[]
}

export interface CrmFailure {
  /** Such as `lb-haproxy_start_0`. */
  operation: string
  node: string
  /** Such as `not running`. */
  status: string
  reason: string
  /** When, in milliseconds since 1970; left out where the version does not say it with its zone. */
  at?: number
}

/** A node that runs resources and is no member: it has no vote, and no corosync. */
export interface CrmRemote {
  name: string
  online: boolean
  standby: boolean
  maintenance: boolean
  /** The resource that the node lives in, such as a virtual machine; undefined for one that pacemaker reaches by itself. */
  guestOf?: string | undefined
}

/** A constraint that keeps a resource off a node, whatever else speaks for it. One that has expired is none. */
export interface CrmBan {
  /** The constraint's; `cli-ban-…` where it is what `crm_resource --ban`, or a move away, left behind. */
  id: string
  /** A resource, or the clone or group around it. */
  resource: string
  node: string
}

/** What the cluster says of itself. */
export interface CrmStatus {
  /** Name of the designated controller; undefined while there is none. */
  dc: string | undefined
  quorate: boolean
  /** The whole cluster is in maintenance mode. */
  maintenance: boolean
  /** `stop`, `ignore`, …; undefined where the version does not say. */
  noQuorumPolicy: string | undefined
  /** Its members. */
  nodes: readonly CrmNode[]
  /** Remote and guest nodes; left out where there are none. */
  remotes?: readonly CrmRemote[]
  resources: readonly CrmResource[]
  failures: readonly CrmFailure[]
  bans: readonly CrmBan[]
}

/** Exit codes of pacemaker's tools where no cluster runs: pacemaker 2 and later, and 1.1. */
export const NOT_CONNECTED = "102|107"

/** Where what was asked for is not there: pacemaker 1.1, and 2 and later. */
export const NOT_THERE: readonly number[] = [6, 105]

/**
 * Shell that prints `crm_mon`'s XML, and nothing where it is not installed or the cluster does not run on this node. Exits with its
 * code where it fails otherwise, 124 where it does not answer. Nobody here reads the history of fencing, which would be asked of another
 * daemon.
 */
export const CRM_MON_SCRIPT = `said=$(timeout 10 crm_mon -1 --output-as=xml --fence-history=0 2>/dev/null) || :
if [ -n "$said" ]; then printf '%s\\n' "$said"; else
  timeout 10 crm_mon --as-xml || { code=$?; case $code in ${NOT_CONNECTED}|127) ;; *) exit "$code" ;; esac; }
fi`

/** The same as a shared question: the scheduler takes its time to answer. */
export const CRM_MON = shared("crm_mon", CRM_MON_SCRIPT)

/** Runs and is not about to change: while an operation is under way the role is `Starting`, `Stopping`, `Promoting`, … */
export function isSettled({ active, failed, role }: CrmResource): boolean {
  return active && !failed && !role.endsWith("ing")
}

const CONTAINERS = new Set(["clone", "group", "bundle", "replica"])

/**
 * The status in `crm_mon`'s XML, as pacemaker 1.1 to 3 write it; undefined where the cluster does not run on the node.
 * Throws `E_PROBE` where it is not that XML.
 */
export const parseCrmMon = rememberLast((xml): CrmStatus | undefined => {
  if (xml.trim() === "") return undefined
  const reader = new Reader()
  readXml(xml, reader)
  return reader.status()
})

type Attributes = Readonly<Record<string, string>>

class Reader implements XmlReader {
  #root: string | undefined
  #summary: Attributes | undefined
  #options: Attributes = {}
  readonly #path: string[] = []
  readonly #within: string[] = []
  readonly #nodes: CrmNode[] = []
  readonly #remotes: CrmRemote[] = []
  readonly #resources: (CrmResource & { nodes: string[] })[] = []
  readonly #failures: CrmFailure[] = []
  readonly #bans: CrmBan[] = []

  open(name: string, attributes: Attributes): void {
    const parent = this.#path.at(-1)
    this.#root ??= name
    this.#path.push(name)
    if (name === "current_dc") this.#summary = attributes
    else if (name === "cluster_options") this.#options = attributes
    else if (CONTAINERS.has(name)) this.#within.push(attributes.id ?? "")
    else if (name === "node" && parent === "nodes") this.#node(attributes)
    else if (name === "node" && parent === "resource") this.#resources.at(-1)?.nodes.push(attributes.name ?? "")
    else if (name === "resource" && parent !== "node") this.#resources.push(asResource(attributes, this.#within))
    else if (name === "failure") this.#failures.push(asFailure(attributes))
    else if (name === "ban") this.#bans.push(...asBan(attributes))
  }

  /** Pacemaker has said of a node what it is since 1.1. */
  #node(attributes: Attributes): void {
    if ((attributes.type ?? "member") === "member") this.#nodes.push(asNode(attributes))
    else if (attributes.type === "remote") this.#remotes.push(asRemote(attributes))
  }

  close(name: string): void {
    this.#path.pop()
    if (CONTAINERS.has(name)) this.#within.pop()
  }

  doctype(): HaopsError {
    return new HaopsError("E_PROBE", "crm_mon's XML holds a document type")
  }

  malformed({ message }: Error): HaopsError {
    return new HaopsError("E_PROBE", `crm_mon's XML is malformed: ${message}`)
  }

  /** A cluster that answers always says who its controller is, if only that there is none. */
  status(): CrmStatus | undefined {
    if (this.#root !== "pacemaker-result" && this.#root !== "crm_mon") {
      throw new HaopsError("E_PROBE", `crm_mon printed ${this.#root ?? "something"} instead of its status`)
    }
    if (this.#summary === undefined) return undefined
    return {
      dc: this.#summary.present === "true" ? this.#summary.name : undefined,
      quorate: this.#summary.with_quorum === "true",
      maintenance: this.#options["maintenance-mode"] === "true",
      noQuorumPolicy: this.#options["no-quorum-policy"],
      nodes: this.#nodes,
      ...(this.#remotes.length === 0 ? {} : { remotes: this.#remotes }),
      resources: this.#resources,
      failures: this.#failures,
      bans: this.#bans,
    }
  }
}

function asNode(attributes: Attributes): CrmNode {
  const is = (key: string) => attributes[key] === "true"
  return {
    name: attributes.name ?? "",
    online: is("online"),
    standby: is("standby") || is("standby_onfail"),
    maintenance: is("maintenance"),
    pending: is("pending"),
    unclean: is("unclean"),
    dc: is("is_dc"),
  }
}

function asRemote(attributes: Attributes): CrmRemote {
  const { name, online, standby, maintenance } = asNode(attributes)
  const guestOf = attributes.id_as_resource
  return { name, online, standby, maintenance, ...(guestOf === undefined ? {} : { guestOf }) }
}

function asResource(attributes: Attributes, within: readonly string[]): CrmResource & { nodes: string[] } {
  return {
    id: (attributes.id ?? "").replace(/:\d+$/, ""),
    agent: attributes.resource_agent ?? "",
    role: attributes.role ?? "",
    active: attributes.active === "true",
    failed: attributes.failed === "true",
    managed: attributes.managed !== "false",
    disabled: attributes.target_role === "Stopped",
    nodes: [],
    within: [...within],
  }
}

function asFailure(attributes: Attributes): CrmFailure {
  return {
    operation: attributes.op_key ?? attributes.id ?? "",
    node: attributes.node ?? "",
    status: attributes.exitstatus ?? "",
    reason: attributes.exitreason ?? "",
    ...timeOf(attributes["last-rc-change"]),
  }
}

/** `2026-11-21 08:38:14Z`, `2026-11-21 08:38:14 +01:00`; pacemaker 2.0 writes `Sat Nov 21 08:38:14 2026` by the node's own clock. */
function timeOf(text = ""): { at?: number } {
  const [, day, time, zone] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  return day === undefined ? {} : { at: Date.parse(`${day}T${time}${zone}`) }
}

/** Minus infinity, as pacemaker writes it in numbers. */
const NEVER = -1_000_000

/** One that only keeps it from being promoted there lets it run. */
function asBan({ id = "", resource = "", node = "", weight, ...rest }: Attributes): readonly CrmBan[] {
  const inRole = rest["promoted-only"] === "true" || rest.master_only === "true"
  return inRole || Number(weight) > NEVER ? [] : [{ id, resource, node }]
}
