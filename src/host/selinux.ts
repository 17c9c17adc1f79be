import { HaopsError } from "../base/errors.ts"
import { quoteAll } from "../base/sh.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { readAnswer } from "./answer.ts"

/** How SELinux stands on a host, and what of its settings is not as the stack needs it. */
export interface SelinuxState {
  /** `permissive`: what it would deny is logged, and done. `disabled`: no policy is loaded, or there is none. */
  mode: "enforcing" | "permissive" | "disabled"
  /** Of the booleans that were asked for and that its policy has, those that are off. */
  off: readonly string[]
  /** Files whose type is not the one that the policy has for their path. */
  mislabelled: readonly { path: string; have: string; want: string }[]
}

interface Asked {
  booleans: readonly string[]
  files: readonly string[]
}

/** Read-only. Where no policy is loaded no process is started; else one, which compares labels. */
export function selinuxScript({ booleans, files }: Asked, mounted = "/sys/fs/selinux"): string {
  return `
if [ -r ${mounted}/enforce ]; then
  enforces=
  read -r enforces <${mounted}/enforce || :
  echo "enforces $enforces"
  for boolean in ${quoteAll(booleans)}; do
    live=
    if [ -r "${mounted}/booleans/$boolean" ]; then read -r live _ <"${mounted}/booleans/$boolean" || :; fi
    if [ "$live" = 0 ]; then echo "off $boolean"; fi
  done
  if command -v restorecon >/dev/null 2>&1; then
    restorecon -i -n -v -- ${quoteAll(files)} 2>/dev/null | while read -r line; do printf 'label %s\\n' "$line"; done
  fi
else echo 'enforces never'; fi`
}

const MODES: Readonly<Record<string, SelinuxState["mode"]>> = { 1: "enforcing", 0: "permissive", never: "disabled" }

/** Reads what `selinuxScript` printed. Throws `E_PROBE` on anything else. */
export function parseSelinux({ stdout }: ProbeOutput): SelinuxState {
  const answer = readAnswer(stdout, ["enforces", "off", "label"])
  const mode = MODES[answer.need("enforces")]
  if (mode === undefined) throw new HaopsError("E_PROBE", "the host did not say whether SELinux enforces")
  return { mode, off: answer.all("off"), mislabelled: answer.all("label").flatMap(relabelled) }
}

/** `Would relabel PATH from CONTEXT to CONTEXT`; EL 7's says `restorecon reset PATH context CONTEXT->CONTEXT`. */
function relabelled(line: string): SelinuxState["mislabelled"] {
  const [, path = "", have = "", want = ""] =
    /^Would relabel (.+) from (\S+) to (\S+)$/.exec(line) ??
    /^restorecon reset (.+) context (\S+)->(\S+)$/.exec(line) ??
    []
  return path === "" ? [] : [{ path, have: typeOf(have), want: typeOf(want) }]
}

/** Of `user:role:type:level`. */
function typeOf(context: string): string {
  return context.split(":")[2] ?? context
}
