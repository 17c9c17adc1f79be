import type { Drift, Finding, Risk } from "../base/events.ts"
import type { Action, PutAction } from "../model/action.ts"
import type { NodeFile } from "../model/node-file.ts"
import { type FileState, sha256 } from "./file-state.ts"
import { textDiff } from "./text-diff.ts"

/** What a file should be. */
export interface FileWant {
  path: string
  content: string
  /** Octal with four digits: `0644`. */
  mode: string
  owner: string
}

/** How the drift of a file is put to the operator. */
interface FileDriftOptions {
  /** What a change of content costs. Default `none`. */
  risk?: Risk | undefined
  /** Takes secrets out of what is shown. */
  redact?: ((content: string) => string) | undefined
}

/** The differences between a file and what it should be: content, mode and owner each by itself. */
export function fileDrift(want: FileWant, have: FileState, { risk = "none", redact }: FileDriftOptions = {}): Drift[] {
  if (have.type === "other") return []
  const shown = () => redact?.(want.content) ?? want.content
  if (have.type === "absent") {
    return [
      { attribute: want.path, have: "absent", want: "present", risk, diff: textDiff(want.path, undefined, shown()) },
    ]
  }
  const drift: Drift[] = []
  if (have.sha256 !== sha256(want.content)) {
    const diff =
      have.content && contentDiff(want.path, redact ? redact(have.content.toString()) : have.content, shown())
    drift.push({
      attribute: want.path,
      have: "other content",
      want: "this content",
      sentence: `${want.path} has other content`,
      risk,
      diff,
    })
  }
  const attribute = (name: string) => `${want.path} ${name}`
  if (have.mode !== want.mode)
    drift.push({ attribute: attribute("mode"), have: have.mode, want: want.mode, risk: "none" })
  if (have.owner !== want.owner) {
    drift.push({ attribute: attribute("owner"), have: have.owner, want: want.owner, risk: "none" })
  }
  return drift
}

/** The same for `haops render`. */
export function nodeFile(name: string, { content, ...file }: FileWant): NodeFile {
  return { name, ...file, content: () => content }
}

/** The finding for a path that holds something else than a file, which is not ours to remove. */
export function fileFindings(path: string, have: FileState): Finding[] {
  if (have.type !== "other") return []
  const hint = "Move it away, or choose another path."
  return [{ severity: "error", message: `${path} exists and is not a regular file`, hint }]
}

/** The actions that turn the file into what is wanted: a new content by `put`, else the attributes alone. */
export function planFile(
  want: FileWant,
  have: FileState,
  options: Pick<PutAction, "validate" | "backup"> = {},
): Action[] {
  const { path, content, mode, owner } = want
  if (have.type !== "file" || have.sha256 !== sha256(content)) {
    return [{ type: "put", path, content, mode, owner, ...options }]
  }
  const actions: Action[] = []
  if (have.owner !== owner) actions.push({ type: "run", argv: ["chown", "--", owner, path] })
  if (have.mode !== mode) actions.push({ type: "run", argv: ["chmod", "--", mode, path] })
  return actions
}

function contentDiff(path: string, have: string | Buffer, shown: string): string {
  return have.toString() === shown ? `${path} differs in a secret alone\n` : textDiff(path, have, shown)
}
