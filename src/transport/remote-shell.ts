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
 * `reports`: a last line on standard error says how the command ended, by `exitLine`, for a connection that cannot tell.
 */
export function invoke(
  command: Command,
  become: Become,
  nonce: string,
  reports = false,
): { line: string; command: Command } {
  const { argv, stdin } = command
  if (
    argv.length === 2 &&
    argv[0] === "sh" &&
    argv[1] === "-s" &&
    typeof stdin === "string" &&
    become !== "sudo-password" &&
    !reports
  ) {
    return {
      line: `exec ${SUDO[become](nonce)}sh -s ${nonce}`,
      command: { ...command, stdin: `${BEGINNING}\n${stdin}` },
    }
  }
  const coded = argv.some((word) => DISPUTED.test(word))
  const decoded = coded ? `${DECODE}; ` : ""
  const wrapper = quote(
    reports ? `haops_nonce=$1; ${BEGINNING}; ${decoded}${REPORTED}` : `${BEGINNING}; ${decoded}exec "$@"`,
  )
  const words = quoteAll(coded ? argv.map(encode) : argv)
  return { line: `exec ${SUDO[become](nonce)}sh -c ${wrapper} haops ${nonce} ${words}`, command }
}

/** The last line of a command that reports: its exit status, 128 and the signal's number where one ended it. */
export function exitLine(nonce: string): RegExp {
  return new RegExp(`${nonce} exit (\\d+)\n`)
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

const REPORTED = '"$@"; haops_exit=$?; echo "$haops_nonce exit $haops_exit" >&2; exit "$haops_exit"'

// What a login shell that is no POSIX shell reads its own way even between single quotes: csh the line feed and the exclamation
// mark, fish the backslash. Words that hold one are written as octal numbers, which only sh turns back.
const DISPUTED = /[\\!\n]/
const DECODE = [
  'for haops_word do shift; haops_word=$(printf "%b." "$haops_word")',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is for sh
  'set -- "$@" "${haops_word%.}"; done; unset haops_word',
].join("; ")

// The group is read from /proc, since minimal systems have no ps. The command's name in it may hold spaces and brackets.
// A kill that fails is a failure only if the command is still there. No `--`: dash takes it for a process.
const KILL = [
  'group=$(sed "s/.*) //" "/proc/$1/stat" 2>/dev/null | cut -d" " -f3); [ -n "$group" ] || exit 0',
  'kill -TERM "-$group" || { [ ! -d "/proc/$1" ]; exit; }',
  'i=0; while kill -0 "-$group" 2>/dev/null; do',
  'i=$((i + 1)); [ "$i" -lt 20 ] || { kill -KILL "-$group"; exit; }; sleep 0.1; done',
].join("\n")

/** For `printf %b`; no digits of the word can be taken for the number's own, which are always three. */
function encode(word: string): string {
  return word.replace(/[\\!\n]/g, (character) => `\\0${character.charCodeAt(0).toString(8).padStart(3, "0")}`)
}

const SUDO: Readonly<Record<Become, (nonce: string) => string>> = {
  login: () => "",
  sudo: () => "sudo -n -- ",
  "sudo-password": (nonce) => `sudo -S -p ${quote(sudoPrompt(nonce))} -- `,
}
