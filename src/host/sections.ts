import { HaopsError } from "../base/errors.ts"

const MARK = "@@haops"

/** One probe that asks several things: each part's output under a heading of its own. A part that fails fails the probe. */
export function askAll(parts: Readonly<Record<string, string>>): string {
  const asked = Object.entries(parts).map(([name, script]) => `echo '${MARK} ${name}'\n{\n${script}\n} || exit 1\necho`)
  return `${asked.join("\n")}\n`
}

/** The parts of an `askAll` probe's output, trimmed. Throws `E_PROBE` where one is missing. */
export function partsOf<Name extends string>(stdout: string, names: readonly Name[]): Record<Name, string> {
  const found = new Map(
    stdout
      .split(new RegExp(`^${MARK} `, "m"))
      .slice(1)
      .map((part) => {
        const end = part.indexOf("\n")
        return [part.slice(0, end), part.slice(end + 1).trim()]
      }),
  )
  const parts = names.map((name) => {
    const text = found.get(name)
    if (text === undefined) throw new HaopsError("E_PROBE", `the answer has no section ${name}`)
    return [name, text]
  })
  return Object.fromEntries(parts)
}
