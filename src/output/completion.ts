/** A verb as completion needs it; `lb` and `journal` have verbs of their own. */
export interface CompletedVerb {
  /** Its words: `["lb", "drain"]`. */
  words: readonly string[]
  summary: string
  /** Long flags: `--inventory`. */
  flags: readonly string[]
  /** What its argument may be, where that is known. */
  choices: readonly string[]
  /** What its argument is one of, where only the inventory or the journals know. */
  names?: NameKind | undefined
}

/** Names that are looked up when they are asked for: of the inventory, the runs that are kept, and playbooks that lie here. */
export const NAME_KINDS = ["nodes", "services", "servers", "runs", "playbooks"] as const
export type NameKind = (typeof NAME_KINDS)[number]

/** Flags whose values are such names. */
const NAMED_FLAGS: Readonly<Record<string, NameKind>> = {
  "--limit": "nodes",
  "--without": "nodes",
  "--down": "nodes",
  "--cut": "nodes",
  "--service": "services",
}

export const SHELLS = ["bash", "zsh", "fish"] as const
export type Shell = (typeof SHELLS)[number]

/** A script that teaches a shell haops's verbs and flags. Files are completed wherever no verb or flag can stand. */
export function completionScript(shell: Shell, verbs: readonly CompletedVerb[]): string {
  if (shell === "fish") return fish(verbs)
  const loader = shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : ""
  return `${loader}${bash(verbs)}`
}

/** The words typed so far decide what may follow. zsh runs the same under bashcompinit. */
function bash(verbs: readonly CompletedVerb[]): string {
  const cases = verbs.map(({ words, flags, choices, names = "" }) => {
    const next = [...new Set([...nextWords(verbs, words), ...choices])]
    return `    ${JSON.stringify(words.join(" "))}) flags=${JSON.stringify(flags.join(" "))} words=${JSON.stringify(next.join(" "))} names=${names} ;;`
  })
  const named = Object.entries(NAMED_FLAGS).map(([flag, names]) => `    ${flag}) names=${names} words="" ;;`)
  return `_haops() {
  local current=\${COMP_WORDS[COMP_CWORD]} typed="" flags="" words="" names="" before="" word
  local given=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$before" in -i|--inventory) given+=(-i "$word") ;; esac
    before=$word
    case "$word" in -*) ;; *) case " ${paths(verbs).join(" ")} " in *" \${typed:+\${typed// /_}_}$word "*) typed="\${typed:+$typed }$word" ;; esac ;; esac
  done
  case "$typed" in
    "") words=${JSON.stringify(nextWords(verbs, []).join(" "))} ;;
${cases.join("\n")}
  esac
  case "$before" in
${named.join("\n")}
  esac
  case "$current" in -*) words=$flags names="" ;; esac
  [ -z "$names" ] || words="$words $("\${COMP_WORDS[0]}" completion bash --names "$names" "\${given[@]}" 2>/dev/null)"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ "\${#COMPREPLY[@]}" -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _haops haops
`
}

/** Each verb's words in one: \`lb_drain\`. */
function paths(verbs: readonly CompletedVerb[]): readonly string[] {
  return verbs.map(({ words }) => words.join("_"))
}

function nextWords(verbs: readonly CompletedVerb[], words: readonly string[]): readonly string[] {
  const deeper = verbs.filter((verb) => verb.words.length === words.length + 1)
  return deeper
    .filter((verb) => words.every((word, at) => verb.words[at] === word))
    .map((verb) => verb.words.at(-1) ?? "")
}

function fish(verbs: readonly CompletedVerb[]): string {
  const named = Object.entries(NAMED_FLAGS).flatMap(([flag, names]) => {
    const verbsWith = verbs.filter(({ flags }) => flags.includes(flag))
    return verbsWith.map(
      ({ words }) => `complete -c haops -n ${quoted(seen(words))} -x -l ${flag.slice(2)} -a '(__haops_names ${names})'`,
    )
  })
  const lines = verbs.flatMap(({ words, summary, flags, choices, names }) => {
    const before = words.slice(0, -1)
    const place = before.length === 0 ? "__fish_use_subcommand" : seen(before)
    return [
      `complete -c haops -n ${quoted(place)} -f -a ${words.at(-1)} -d ${quoted(summary)}`,
      ...choices.map((choice) => `complete -c haops -n ${quoted(seen(words))} -f -a ${choice}`),
      // A playbook may lie anywhere: files are offered besides.
      ...(names === undefined
        ? []
        : [
            `complete -c haops -n ${quoted(seen(words))} ${names === "playbooks" ? "" : "-f "}-a '(__haops_names ${names})'`,
          ]),
      ...flags.map((flag) => `complete -c haops -n ${quoted(seen(words))} -l ${flag.replace(/^--/, "")}`),
    ]
  })
  return `${FISH_NAMES}${[...lines, ...named].join("\n")}\n`
}

/** Asks haops for names of the inventories that were typed. */
const FISH_NAMES = `function __haops_names
  set -l words (commandline -opc)
  set -l given
  for at in (seq 2 (count $words))
    contains -- $words[(math $at - 1)] -i --inventory; and set given $given -i $words[$at]
  end
  $words[1] completion fish --names $argv[1] $given 2>/dev/null
end
`

function seen(words: readonly string[]): string {
  return words.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ")
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`
}
