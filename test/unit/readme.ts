import { readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"

export const ROOT = join(import.meta.dirname, "../..")

export interface Readme {
  /** As seen from the repository's root. */
  file: string
  /** Its directory, absolute: what its links are relative to. */
  directory: string
  text: string
}

/** The README files of the repository, the root's first. */
export const READMES: readonly Readme[] = ["README.md", ...besideSources()].map((file) => ({
  file,
  directory: dirname(join(ROOT, file)),
  text: readFileSync(join(ROOT, file), "utf8"),
}))

/** What all of them say. */
export const ALL_TEXT = READMES.map(({ text }) => text).join("\n")

/** Where GitHub's page of a Markdown text can be jumped to. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const seen = new Map<string, number>()
  const headings = text.replaceAll(/^```.*?^```/gms, "").matchAll(/^#+ (.*)$/gm)
  return new Set(
    [...headings].map(([, heading]) => {
      const slug = heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(" ", "-")
      const earlier = seen.get(slug) ?? 0
      seen.set(slug, earlier + 1)
      return earlier === 0 ? slug : `${slug}-${earlier}`
    }),
  )
}

function besideSources(): string[] {
  return ["docker", "inventory", "playbooks", "src", "test"].flatMap((directory) =>
    readdirSync(join(ROOT, directory), { recursive: true, encoding: "utf8" })
      .filter((path) => /(^|\/)README\.md$/.test(path))
      .map((path) => `${directory}/${path}`)
      .sort(),
  )
}
