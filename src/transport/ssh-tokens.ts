import { hostname } from "node:os"
import { join, resolve } from "node:path"
import { HaopsError } from "../base/errors.ts"

/** What the tokens of a path in the ssh configuration stand for (ssh_config(5), TOKENS). */
export interface Place {
  name: string
  address: string
  port: number
  user: string
  alias: string | undefined
  /** `%C`, which only ssh itself can tell: what goes into it differs between its versions. */
  hash: string | undefined
}

export interface Home {
  home: string
  env: NodeJS.ProcessEnv
  localUser: string
}

/** A path of the ssh configuration with its tokens, variables and `~`. Throws `E_UNSUPPORTED` for a token that haops cannot fill in. */
export function expandPath(keyword: string, text: string, place: Place, around: Home): string {
  const refuse = (what: string) =>
    new HaopsError("E_UNSUPPORTED", `the ssh configuration of ${place.name} has ${what} in ${keyword}: ${text}`, {
      hint: "haops cannot tell what that stands for. Write it out there, or set it in the inventory's section ssh.",
    })
  const tokens = tokensOf(place, around)
  const filled = text.replace(/%(.?)|\$\{([^}]*)\}/g, (whole, token: string | undefined, variable: string) => {
    const value = token === undefined ? around.env[variable] : tokens[token]
    if (value === undefined) throw refuse(whole)
    return value
  })
  if (/^~[^/]/.test(filled)) throw refuse(filled.split("/", 1)[0]!)
  return expandHome(filled, around.home)
}

export function expandHome(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : resolve(path)
}

function tokensOf(place: Place, { home, localUser }: Home): Readonly<Record<string, string | undefined>> {
  return {
    "%": "%",
    C: place.hash,
    d: home,
    h: place.address,
    i: String(process.getuid?.() ?? ""),
    k: place.alias ?? place.name,
    L: hostname().split(".")[0],
    l: hostname(),
    n: place.name,
    p: String(place.port),
    r: place.user,
    u: localUser,
  }
}
