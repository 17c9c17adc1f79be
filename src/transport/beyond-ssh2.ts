import type { ConfigValues } from "./ssh-config.ts"

/** Keywords of the ssh configuration by which only ssh itself can log in. */
const ONLY_OPENSSH: Readonly<Record<string, string>> = {
  proxycommand: "ProxyCommand",
  knownhostscommand: "KnownHostsCommand",
  certificatefile: "CertificateFile",
  pkcs11provider: "PKCS11Provider",
  securitykeyprovider: "SecurityKeyProvider",
}

/** What the configuration of a host asks for that ssh2 cannot do, by the configuration's own words. */
export function beyondSsh2(config: ConfigValues): readonly string[] {
  return Object.entries(ONLY_OPENSSH).flatMap(([keyword, word]) => {
    const value = keyword === "proxycommand" && config.has("proxyjump") ? undefined : config.get(keyword)?.[0]
    return value === undefined || /^(none|internal)$/i.test(value) ? [] : [`${word} ${value}`]
  })
}
