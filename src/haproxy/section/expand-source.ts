import type { HaproxySource } from "../../model/haproxy.ts"
import type { Expansion } from "./expansion.ts"
import type { SourceYaml } from "./source-schema.ts"

const PATH = ["haproxy", "source"]
/** Before, there was no master process that could hand over its sockets to a new one. */
const OLDEST = "1.8"

/** Where haproxy's source comes from and how it is built. */
export function expandSource(yaml: SourceYaml, { problem }: Pick<Expansion, "problem">): HaproxySource {
  const { url, file, sha256, target = "auto", prefix = "/usr/local", flags = [] } = yaml
  const [place, other] = [url, file].filter((one) => one !== undefined)
  if (place === undefined)
    problem(PATH, "say where the tarball is: url, or file", {
      unless: [
        [...PATH, "url"],
        [...PATH, "file"],
      ],
    })
  if (other !== undefined) problem(PATH, "url and file exclude each other")
  const version = yaml.version ?? /haproxy[-_]v?(\d+\.\d+(?:\.\d+)?)/.exec(place ?? "")?.[1] ?? ""
  if (version === "") {
    if (place !== undefined)
      problem(PATH, `"${place}" does not tell the version: say version`, { unless: [[...PATH, "version"]] })
  } else if (isOlder(version, OLDEST)) {
    problem(
      [...PATH],
      `haproxy ${version} cannot be reloaded without closing its ports; the oldest that haops runs is ${OLDEST}`,
      { unless: [[...PATH, "version"]] },
    )
  }
  return { url, file, sha256, version, target, prefix, flags }
}

/** Whether a version is older than another: `1.9.16` than `2.0`. */
export function isOlder(version: string, other: string): boolean {
  const [a, b] = [version, other].map((text) => text.split(".").map(Number))
  for (const index of [0, 1, 2]) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}
