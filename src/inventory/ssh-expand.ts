import { pathFrom, sourceFrom } from "../document/paths.ts"
import { milliseconds } from "../document/scalars-schema.ts"
import { secretSource } from "../document/secret-schema.ts"
import type { SshSettings } from "../model/inventory.ts"
import type { SshYaml } from "./ssh-schema.ts"

const DEFAULT_CONNECT_TIMEOUT = "10s"

/** A host's login settings: its own over the inventory's over the defaults. */
export function expandSsh(general: SshYaml | undefined, own: SshYaml | undefined, file: string): SshSettings {
  const yaml: SshYaml = { ...general, ...own }
  const secret = (name: "passphrase" | "password" | "becomePassword") =>
    yaml[name] === undefined ? undefined : sourceFrom(file, secretSource(yaml[name]))
  const path = (name: "identityFile" | "knownHosts") =>
    yaml[name] === undefined ? undefined : pathFrom(file, yaml[name])
  return {
    user: yaml.user,
    port: yaml.port,
    identityFile: path("identityFile"),
    passphrase: secret("passphrase"),
    password: secret("password"),
    proxyJump: yaml.proxyJump,
    become: yaml.become ?? "sudo",
    becomePassword: secret("becomePassword"),
    hostKeys: yaml.hostKeys ?? "strict",
    knownHosts: path("knownHosts"),
    transport: yaml.transport,
    connectTimeoutMs: milliseconds(yaml.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT),
  }
}
