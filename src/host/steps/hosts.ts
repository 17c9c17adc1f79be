import * as z from "zod"
import type { Finding } from "../../base/events.ts"
import { type BindContext, defineStep } from "../../model/step.ts"
import { readAnswer } from "../answer.ts"
import { type FileWant, fileDrift, fileFindings, planFile } from "../file-drift.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile } from "../file-state.ts"
import { type HostsEntry, hostsConflicts, withHostsBlock } from "../hosts-block.ts"

const PATH = "/etc/hosts"

const want = z.strictObject({
  cluster: z.string().regex(/^\S+$/).describe("Cluster name; marks the block."),
  entries: z.array(z.strictObject({ address: z.string(), name: z.string() })).describe("One line each, in this order."),
})

type Want = z.infer<typeof want>
type Have = { file: FileState; order: string | undefined }

/** A block of /etc/hosts with every node of the inventory. Lines outside the block stay as they are, byte for byte. */
export const hosts = defineStep<Want, Have>({
  kind: "hosts",
  summary: "a block in /etc/hosts that names every node; other lines stay as they are",
  want,
  bind,
  title: () => "hosts /etc/hosts",
  probe: () => ({
    script: `${fileScript(PATH)}
[ ! -r /etc/nsswitch.conf ] || while read -r line || [ -n "$line" ]; do
  case $line in hosts:*) printf 'order %s\\n' "\${line#hosts:}" ;; esac
done </etc/nsswitch.conf`,
    parse({ stdout }) {
      const answer = readAnswer(stdout, [...FILE_KEYS, "order"])
      return { file: parseFile(answer), order: answer.one("order")?.trim() }
    },
  }),
  check: (wanted, { file }) => {
    const target = hostsFile(wanted, file)
    return target === undefined ? [] : fileDrift(target, file)
  },
  findings,
  plan: (wanted, { file }) => {
    const target = hostsFile(wanted, file)
    return target === undefined ? [] : planFile(target, file)
  },
})

function bind({ inventory }: BindContext): Want {
  return { cluster: inventory.name, entries: inventory.hosts.map(({ address, name }) => ({ address, name })) }
}

/** The file as it should be, mode and owner as they are; undefined where it cannot be told. */
export function hostsFile({ cluster, entries }: Want, file: FileState): FileWant | undefined {
  if (file.type === "absent") return target(withHostsBlock("", cluster, entries), "0644", "root:root")
  const text = file.type === "file" ? textOf(file) : undefined
  if (file.type !== "file" || text === undefined) return undefined
  return target(withHostsBlock(text, cluster, entries), file.mode, file.owner)
}

function target(content: string | undefined, mode: string, owner: string): FileWant | undefined {
  return content === undefined ? undefined : { path: PATH, content, mode, owner }
}

function findings({ cluster, entries }: Want, { file, order }: Have): Finding[] {
  const found = fileFindings(PATH, file)
  if (file.type !== "file") return found
  const text = textOf(file)
  if (text === undefined) {
    const hint = "Clean it up by hand, or edit it down to names that are needed."
    return [{ severity: "error", message: `${PATH} is not plain text of less than 256 KiB`, hint }]
  }
  if (withHostsBlock(text, cluster, entries) === undefined) {
    const hint = `Restore the line "# END haops ${cluster}" or remove what is left of the block.`
    found.push({
      severity: "error",
      message: `the haops block in ${PATH} has a begin and no end, or the reverse`,
      hint,
    })
  }
  return [...found, ...conflicts(text, cluster, entries), ...orderFindings(order)]
}

function conflicts(content: string, cluster: string, entries: readonly HostsEntry[]): Finding[] {
  return hostsConflicts(content, cluster, entries).map(({ line, address, name, wanted }) => ({
    severity: "warning",
    message: `${PATH}:${line} says that ${name} is ${address}; the inventory says ${wanted}`,
    hint: isLoopback(address)
      ? `Programs on this host take ${name} for the loopback, which peers cannot reach. Take the name off that line.`
      : "Programs on this host may take either. Remove that line, or correct the inventory.",
  }))
}

/** glibc reads /etc/hosts only where nsswitch.conf says `files`, and first only where that comes before `dns`. */
function orderFindings(order: string | undefined): Finding[] {
  const sources = order?.split(/\s+/) ?? ["files"]
  const files = sources.indexOf("files")
  const dns = sources.indexOf("dns")
  if (files >= 0 && (dns < 0 || files < dns)) return []
  const message = `/etc/nsswitch.conf has "hosts: ${order}", so names in ${PATH} do not count first`
  return [{ severity: "warning", message, hint: "Put `files` before `dns`." }]
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1"
}

/** The file's text; undefined where it holds bytes that are no UTF-8, which would not survive the way back. */
function textOf({ content }: { content: Buffer | undefined }): string | undefined {
  const text = content?.toString("utf8")
  return text !== undefined && Buffer.from(text, "utf8").equals(content ?? Buffer.alloc(0)) ? text : undefined
}
