import { vipYaml } from "../pacemaker/adopt/made.ts"
import { operationsYaml, ownOperations, withoutOperators } from "../pacemaker/adopt/resource-yaml.ts"
import { nonEmpty, scalarsOf } from "../pacemaker/adopt/words.ts"
import type { Agents } from "../pacemaker/agents/metadata.ts"
import type { CibResource } from "../pacemaker/cib.ts"
import { readBoothConf } from "./config.ts"
import { BOOTH_AGENT, boothGroup, boothOf, boothService } from "./resources.ts"
import { type BoothYaml, boothSchema } from "./schema.ts"
import { type BoothTicket, configPath, DEFAULT_NAME, DEFAULT_PORT, keyPath } from "./settings.ts"

/** Shell that prints boothd's files, each below a line with its path; their own lines are set in, the last one ended too. */
export const TELL_BOOTH = `for file in /etc/booth/*.conf; do
  [ ! -f "$file" ] || { printf '%s\\n' "$file"; sed -e 's/^/ /' -e '$a\\' "$file"; }
done`

/** What it printed, by path. */
export function parseBoothFiles(text: string): ReadonlyMap<string, string> {
  const files = text === "" ? [] : text.split(/\n(?! )/)
  return new Map(
    files.map((file) => {
      const [path = "", ...lines] = file.split("\n")
      return [path, lines.map((line) => `${line.slice(1)}\n`).join("")]
    }),
  )
}

/** boothd of a cluster in the words of the section booth, and the ids of the two resources that it stands for. */
export interface AdoptedBooth {
  yaml: BoothYaml
  vip: string
  service: string
}

/** Undefined where the section would make something else of it: then its resources are resources like others. */
export function adoptBooth(
  resources: readonly CibResource[],
  files: ReadonlyMap<string, string>,
  agents: Agents,
): AdoptedBooth | undefined {
  const service = resources.find(({ agent }) => agent === BOOTH_AGENT)
  const name = service && boothOf(service)
  if (service === undefined || name === undefined) return undefined
  const { config, ...parameters } = service.parameters
  const text = files.get(configPath({ name }))
  const [vip, own, ...others] = resources.filter(({ group }) => group === boothGroup({ name }))
  if (text === undefined || config !== configPath({ name }) || own !== service || others.length > 0) return undefined
  if (vip === undefined || vipYaml({ ...vip, group: undefined }, agents) === undefined) return undefined
  const tuning = nonEmpty({
    parameters: scalarsOf(parameters),
    operations: operationsYaml(ownOperations(service, agents)),
    meta: scalarsOf(withoutOperators(service.meta)),
  })
  const yaml = confYaml(text, { name, vip: vip.id, ...nonEmpty({ resource: tuning }) })
  return yaml && { yaml, vip: vip.id, service: boothService({ name }) }
}

function confYaml(text: string, around: { name: string; vip: string }): BoothYaml | undefined {
  const { port, sites, arbitrators, authfile, maxTimeSkew, tickets, others } = readBoothConf(text)
  if (others.length > 0 || authfile !== keyPath(around)) return undefined
  const { name, ...rest } = around
  const said = {
    ...(name === DEFAULT_NAME ? {} : { name }),
    ...(port === DEFAULT_PORT ? {} : { port }),
    ...rest,
    sites,
    ...(arbitrators.length === 0 ? {} : { arbitrators }),
    key: { file: "secrets/booth.key" },
    ...(maxTimeSkew === undefined ? {} : { maxTimeSkew }),
    tickets: Object.fromEntries(tickets.map((ticket) => [ticket.name, ticketYaml(ticket)])),
  }
  const read = boothSchema.safeParse(said)
  return read.success ? read.data : undefined
}

const NUMBERS = ["expire", "acquireAfter", "renewalFreq", "timeout", "retries"]

/** By the inventory's names; what it has no word for stays by its own, which the schema refuses. */
function ticketYaml({ options }: BoothTicket): object {
  const said = options.map(([key, value]) => {
    const name = key.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
    return [name, NUMBERS.includes(name) ? Number(value) : name === "mode" ? value.toLowerCase() : value] as const
  })
  const prerequisites = said.filter(([name]) => name === "attrPrereq").map(([, value]) => value)
  return { ...Object.fromEntries(said), ...(prerequisites.length === 0 ? {} : { attrPrereq: prerequisites }) }
}
