import { quote, quoteAll } from "../base/sh.ts"
import type { Command } from "./transport.ts"

/**
 * How a command becomes root: `login` runs it as the login user, `sudo` with `sudo -n`, `sudo-password` with `sudo -S`, which is
 * given its password only when it asks.
 */
export type Become = "login" | "sudo" | "sudo-password"

/**
 * The command with the line that the login shell runs for it. Before the command starts it prints the nonce and its process id on both
 * streams. All that came before is not the command's (what a .bashrc says, sudo's lecture); and if the nonce never comes,
 * the command never ran, whatever the exit code says. The command sees the login's PATH, sudo's under sudo, with the sbin
 * directories added, and LC_ALL=C. A script for `sh -s` does all that itself, which saves a process, unless sudo would read it.
 */
export function invoke(command: Command, become: Become, nonce: string): { line: string; command: Command } {
  const { argv, stdin } = command
  if (
    argv.length === 2 &&
    argv[0] === "sh" &&
    argv[1] === "-s" &&
    typeof stdin === "string" &&
    become !== "sudo-password"
  ) {
    return {
      line: `exec ${SUDO[become](nonce)}sh -s ${nonce}`,
      command: { ...command, stdin: `${BEGINNING}\n${stdin}` },
    }
  }
  const wrapper = quote(`${BEGINNING}; exec "$@"`)
  return { line: `exec ${SUDO[become](nonce)}sh -c ${wrapper} haops ${nonce} ${quoteAll(argv)}`, command }
}

/** What sudo prints when it wants the password. */
export function sudoPrompt(nonce: string): string {
  return `${nonce}?`
}

/** A line of `sh` arguments that ends the process group of a command: TERM, and KILL where it lives on for 2 s. */
export function killCommand(pid: number): readonly string[] {
  return ["sh", "-c", KILL, "haops", String(pid)]
}

const BEGINNING = [
  'echo "$1 $$"; echo "$1 $$" >&2; shift',
  'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C; export PATH LC_ALL',
].join("; ")

// The group is read from /proc, since minimal systems have no ps. The command's name in it may hold spaces and brackets.
// A kill that fails is a failure only if the command is still there. No `--`: dash takes it for a process.
const KILL = [
  'group=$(sed "s/.*) //" "/proc/$1/stat" 2>/dev/null | cut -d" " -f3); [ -n "$group" ] || exit 0',
  'kill -TERM "-$group" || { [ ! -d "/proc/$1" ]; exit; }',
  'i=0; while kill -0 "-$group" 2>/dev/null; do',
  'i=$((i + 1)); [ "$i" -lt 20 ] || { kill -KILL "-$group"; exit; }; sleep 0.1; done',
].join("\n")

const SUDO: Readonly<Record<Become, (nonce: string) => string>> = {
  login: () => "",
  sudo: () => "sudo -n -- ",
  "sudo-password": (nonce) => `sudo -S -p ${quote(sudoPrompt(nonce))} -- `,
}

/** Keeps a stream back until the line with the nonce has passed. */
export class Gate {
  /** True once the nonce was seen. */
  open = false
  /** The process id of the command, once the gate is open. */
  pid: number | undefined
  /** What came before the nonce. */
  preamble = ""
  readonly #nonce: RegExp
  #held: Buffer = Buffer.alloc(0)

  constructor(nonce: string) {
    this.#nonce = new RegExp(`${nonce} (\\d+)\n`)
  }

  /** The part of the piece that is the command's own output; undefined while the gate is closed. */
  pass(piece: Buffer): Buffer | undefined {
    if (this.open) return piece
    this.#held = Buffer.concat([this.#held, piece])
    const line = this.#nonce.exec(this.#held.toString("latin1"))
    this.open = line !== null
    this.preamble = this.#held.subarray(0, line?.index).toString()
    if (line === null) return undefined
    this.pid = Number(line[1])
    return this.#held.subarray(line.index + line[0].length)
  }
}
