import { isSecretName } from "../pacemaker/secret-names.ts"

const MASK = "[secret]"
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }

export interface Mask {
  /** The text without what stands in it as a secret. */
  (text: string): string
  /** What was found so, to be looked for wherever else it stands. */
  readonly found: ReadonlySet<string>
}

/** Passwords by what stands before them in configuration, whoever set them. Whoever may write there is believed that these are secrets. */
const CONFIGURED: readonly RegExp[] = [
  /(^[ \t]*auth_pass[ \t]+)(\S+)/gm,
  /(\bstats[ \t]+auth[ \t]+"[^:"\n]+:)([^"\n]+)/g,
  /(\bstats[ \t]+auth[ \t]+[^:\s"]+:)((?:\\.|[^\s\\])+)/g,
  /(^[ \t]*user[ \t]+\S+[ \t]+(?:insecure-)?password[ \t]+)((?:\\.|[^\s\\])+)/gm,
]

/**
 * The same in what anybody may have said, a client of haproxy by the address that it asks for: such a word is masked where it stands alone,
 * lest `?password=lost` take every `lost` out of the archive.
 */
const SAID: readonly RegExp[] = [
  /(^[ \t]*key:[ \t]*)(\S.*)$/gm,
  /(\btotem\.key \(str\) = )(.+)$/gm,
  /(\b[a-z][a-z0-9+.-]{0,30}:\/\/[^:/@\s]+:)([^@/\s]+)(?=@)/gi,
  /(\b(?:\w+[_-])?passw(?:or)?d["']?[ \t]*[=:][ \t]*")((?:\\.|[^"\\\n])+)/gi,
  /(\b(?:\w+[_-])?passw(?:or)?d["']?[ \t]*[=:][ \t]*')((?:\\.|[^'\\\n])+)/gi,
  /(\b(?:\w+[_-])?passw(?:or)?d["']?[ \t]*[=:][ \t]*)(?!\[secret\])([^\s"',;]+)/gi,
  /(\b(?:identified[ \t]+by(?:[ \t]+password)?|password[ \t]*\()[ \t]*')((?:\\.|''|[^'\\\n])+)/gi,
  /(authorization\b[ \t:\\"']+(?:basic|bearer)[ \t\\]+)([^\s"'\\]+)/gi,
  /(x-(?:auth|subject|service)-token["']?[:=][ \t\\"']*)([^\s"'\\]+)/gi,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]*?)(?=-----END |(?![\s\S]))/g,
]

/**
 * Masks what is a secret by where it stands: parameters of the cluster's agents by their names, in the CIB and in what logs say of its
 * changes; passwords of haproxy and keepalived; corosync's key; credentials in addresses, headers and SQL; private keys.
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
    const configured = CONFIGURED.reduce(
      (masked, pattern) => masked.replaceAll(pattern, (_, before: string, value: string) => before + hide(value)),
      cib,
    )
    return SAID.reduce((masked, pattern) => masked.replaceAll(pattern, `$1${MASK}`), configured)
  }
  return Object.assign(mask, { found })
}
