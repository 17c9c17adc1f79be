import { SERVER_STATE } from "../node/state-files.ts"
import { directive } from "./words.ts"

/** Of `global`: where the new process of a reload reads what the old one knew of the servers. */
export const STATES_FILE = directive("server-state-file", SERVER_STATE)
/** Of `defaults`: that it does. */
export const HANDED_ON = "load-server-state-from-file global"

interface Section {
  kind: string
  directives: readonly { words: readonly string[] }[]
}

/** The configuration without the directives by which haops has states handed on; those of somebody else stay. */
export function withoutHandedOn<Config extends { sections: readonly Section[] }>(config: Config): Config {
  const says = ({ words }: { words: readonly string[] }, line: string) => words.join(" ") === line
  if (!config.sections.some(({ directives }) => directives.some((one) => says(one, STATES_FILE)))) return config
  const sections = config.sections.map((section) => ({
    ...section,
    directives: section.directives.filter(
      (one) => !says(one, STATES_FILE) && !(section.kind === "defaults" && says(one, HANDED_ON)),
    ),
  }))
  return { ...config, sections }
}
