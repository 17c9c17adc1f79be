import { parseCorosyncSections } from "./conf.ts"
import { CorosyncEditor } from "./editor.ts"

/** What to change in a corosync.conf; everything else stays as it stands, comments and order included. */
export interface CorosyncEdit {
  /** Options by section, `totem` or `quorum`; undefined takes one out. */
  options: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>
  /** By node name, the addresses by number of the link: these and no others. */
  rings: ReadonlyMap<string, Readonly<Record<number, string>>>
  /** Take out totem's `interface` blocks, which belong to one transport. */
  withoutInterfaces: boolean
}

/** A corosync.conf with the edit made. Throws `E_PROBE` where it is malformed. */
export function editCorosyncConf(text: string, { options, rings, withoutInterfaces }: CorosyncEdit): string {
  const editor = new CorosyncEditor(text)
  for (const section of parseCorosyncSections(text)) {
    const wanted = options[section.name]
    if (wanted !== undefined) editor.set(section, wanted)
    if (section.name === "totem" && withoutInterfaces) {
      for (const block of section.sections.filter(({ name }) => name === "interface")) editor.drop(block.from, block.to)
    }
    if (section.name !== "nodelist") continue
    for (const node of section.sections.filter(({ name }) => name === "node")) editor.setRings(node, rings)
  }
  return editor.text()
}

/** A corosync.conf without its quorum device. Throws `E_PROBE` where it is malformed. */
export function withoutDevice(text: string): string {
  const editor = new CorosyncEditor(text)
  for (const quorum of parseCorosyncSections(text).filter(({ name }) => name === "quorum")) {
    for (const block of quorum.sections.filter(({ name }) => name === "device")) editor.drop(block.from, block.to)
  }
  return editor.text()
}
