import { isSecretName } from "../pacemaker/secret-names.ts"

const MASK = "[secret]"
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

export interface Mask {
  /** The text without what stands in it as a secret. */
  (text: string): string
  /** What was found so, to be looked for wherever else it stands. */
  readonly found: ReadonlySet<string>
}

/** Passwords by what stands before them, whoever set them. */
const PATTERNS: readonly RegExp[] = [
  /(^[ \t]*auth_pass[ \t]+)(\S+)/gm,
  /(\bstats[ \t]+auth[ \t]+[^:\s]+:)(\S+)/g,
  /(^[ \t]*user[ \t]+\S+[ \t]+(?:insecure-)?password[ \t]+)(\S+)/gm,
  /(\b[a-z][a-z0-9+.-]*:\/\/[^:/@\s]+:)([^@/\s]+)(?=@)/gi,
  /(\b(?:\w+[_-])?passw(?:or)?d["']?[ \t]*[=:][ \t]*["']?)([^\s"',;[]+)/gi,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(?=-----END )/g,
]

/**
 * Masks what is a secret by where it stands: parameters of the cluster's agents by their names, in the CIB and in what logs say of its
 * changes; passwords of haproxy and keepalived; credentials in addresses; private keys.
 */
export function createMask(): Mask {
  const found = new Set<string>()
  const hide = (value: string): string => {
    if (value === MASK || value === "") return value
    found.add(value)
    found.add(value.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name]!))
    return MASK
  }
  const mask = (text: string) => {
    const cib = text
      .replaceAll(/<nvpair\b[^>]*>/g, (tag) => {
        const name = /\bname="([^"]*)"/.exec(tag)?.[1]
        if (name === undefined || !isSecretName(name)) return tag
        return tag.replace(/(\bvalue=")([^"]*)/, (_, before: string, value: string) => before + hide(value))
      })
      .replaceAll(
        /(nvpair\[@id='([^']*)'\].*?@value=)(.*?)(?=, @|$)/gm,
        (all, before: string, id: string, value: string) =>
          isSecretName(id.slice(id.lastIndexOf("-") + 1)) ? before + hide(value) : all,
      )
    return PATTERNS.reduce(
      (masked, pattern) => masked.replaceAll(pattern, (_, before: string, value: string) => before + hide(value)),
      cib,
    )
  }
  return Object.assign(mask, { found })
}
