import type { AnyAuthMethod, AuthenticationType, ParsedKey } from "ssh2"
import type { Secret } from "../base/secret.ts"
import type { SecretSource } from "../model/inventory.ts"
import type { Endpoint } from "./endpoint.ts"
import type { Keyring } from "./keyring.ts"
import { fingerprint } from "./known-hosts.ts"

/** One way to log in. `label` names it for people, and holds no secret. */
interface Credential {
  label: string
  /** The method's name on the wire; the server says which of them it allows. */
  protocol: AuthenticationType
  method: AnyAuthMethod
}

/** A key that could not even be offered. */
interface Unusable {
  label: string
  problem: string
}

export interface CredentialSources {
  keyring: Keyring
  secret: (source: SecretSource) => Secret
}

/**
 * The ways to log in to an endpoint, in the order of ssh: the keys that the user named, the agent's other keys, the default key
 * files, the password, the password as the answer to the server's questions. A key that the agent holds is used through it, so
 * that no passphrase is needed. Lazy: a key file is read only when everything before it was refused.
 */
export async function* credentialsFor(
  endpoint: Endpoint,
  sources: CredentialSources,
): AsyncGenerator<Credential | Unusable> {
  const held = endpoint.agentSocket === undefined ? [] : await sources.keyring.agentKeys(endpoint.agentSocket)
  const offered = new Set<ParsedKey>()
  if (endpoint.identitiesNamed) yield* fromFiles(endpoint, sources, held, offered)
  if (!endpoint.identitiesOnly) {
    for (const key of held) if (!offered.has(key)) yield fromAgent(endpoint, sources, key)
  }
  if (!endpoint.identitiesNamed) yield* fromFiles(endpoint, sources, endpoint.identitiesOnly ? held : [], offered)
  if (endpoint.password !== undefined) yield* fromPassword(endpoint, sources.secret(endpoint.password))
}

async function* fromFiles(
  endpoint: Endpoint,
  sources: CredentialSources,
  held: readonly ParsedKey[],
  offered: Set<ParsedKey>,
): AsyncGenerator<Credential | Unusable> {
  for (const path of endpoint.identityFiles) {
    const publicKey = held.length === 0 ? undefined : await sources.keyring.publicKey(path)
    const inAgent = held.find((key) => publicKey?.getPublicSSH().equals(key.getPublicSSH()))
    if (inAgent !== undefined) {
      offered.add(inAgent)
      yield fromAgent(endpoint, sources, inAgent)
      continue
    }
    const loaded = await sources.keyring.load(path, endpoint.passphrase)
    const label = `key ${path}`
    if ("problem" in loaded) yield { label, problem: loaded.problem }
    else yield { label, protocol: "publickey", method: { type: "publickey", username: endpoint.user, key: loaded.key } }
  }
}

function fromAgent(endpoint: Endpoint, sources: CredentialSources, key: ParsedKey): Credential {
  const label = `agent key ${key.comment || fingerprint(key.getPublicSSH())}`
  const agent = sources.keyring.agentFor(endpoint.agentSocket ?? "", key)
  return { label, protocol: "publickey", method: { type: "agent", username: endpoint.user, agent } }
}

function* fromPassword(endpoint: Endpoint, password: Secret): Generator<Credential> {
  const username = endpoint.user
  yield { label: "password", protocol: "password", method: { type: "password", username, password: password.reveal() } }
  yield {
    label: "keyboard-interactive with the password",
    protocol: "keyboard-interactive",
    method: {
      type: "keyboard-interactive",
      username,
      // A question that would be echoed asks for something else than the password, such as a one-time code.
      prompt: (_name, _instructions, _lang, prompts, finish) =>
        finish(prompts.map((prompt) => (prompt.echo ? "" : password.reveal()))),
    },
  }
}
