import { cleanScreen } from "../base/clean.ts"

/** A file as it would lie on a host. */
export interface RenderedFile {
  component: string
  host: string
  name: string
  path: string
  mode: string
  owner: string
  /** Absent: only the node can tell. */
  content?: string | undefined
  note?: string | undefined
  /** It holds secrets, shown or not. */
  secret: boolean
}

/** Each file once, under the hosts that have it so, as `head` shows several. */
export function renderFiles(files: readonly RenderedFile[]): string {
  const groups = new Map<string, { file: RenderedFile; hosts: string[] }>()
  for (const file of files) {
    const key = JSON.stringify({ ...file, host: undefined })
    const group = groups.get(key) ?? { file, hosts: [] }
    group.hosts.push(file.host)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ file, hosts }) => fileOf(file, hosts.join(", "))).join("\n")
}

function fileOf({ path, mode, owner, note, content = "" }: RenderedFile, hosts: string): string {
  const head = `==> ${hosts}: ${path} (${mode} ${owner}) <==\n`
  return `${cleanScreen(head)}${note === undefined ? "" : cleanScreen(`(${note})\n`)}${exact(content)}`
}

/** Tabs stay: the file has them. */
function exact(content: string): string {
  return content.split("\t").map(cleanScreen).join("\t")
}
