import { cleanScreen } from "../base/clean.ts"
import { asHaopsError } from "../base/errors.ts"
import { endsOf, LAST_WORD, type LastWord } from "../galera/node/last-word.ts"
import { createSecretStore } from "../inventory/secrets.ts"
import type { Host } from "../model/inventory.ts"
import { createJsonSink } from "../output/json-lines.ts"
import { type Connector, createConnector } from "../transport/connector.ts"
import type { RecoverOptions } from "./options.ts"

/**
 * Asks those that the operator takes for lost: whoever answers says where its data ends. Throws `E_REFUSED` where one serves,
 * or may. One that cannot be reached is what the word says.
 */
export async function lastWords(
  hosts: readonly Host[],
  { timeout, json }: Pick<RecoverOptions, "timeout" | "json">,
): Promise<ReadonlyMap<string, string>> {
  const tell = json === true ? tellPrograms : tellPeople
  await using connector = createConnector({ secret: createSecretStore({ onWarning: tell }), onNotice: tell })
  const words = await Promise.all(hosts.map((host) => lastWord(connector, limited(host, timeout), tell)))
  const said = new Map(hosts.flatMap(({ name }, at) => (words[at] === undefined ? [] : [[name, words[at]] as const])))
  for (const [name, { unknown }] of said)
    if (unknown) tell(`${name} answers, has data, and cannot tell where it ends: what it alone has would be lost.`)
  return endsOf(said)
}

function limited(host: Host, seconds: number | undefined): Host {
  return seconds === undefined ? host : { ...host, ssh: { ...host.ssh, connectTimeoutMs: seconds * 1000 } }
}

/** Whoever cannot be logged in to is lost for haops; why is told where it is not just silent. */
async function lastWord(connector: Connector, host: Host, tell: typeof tellPeople): Promise<LastWord | undefined> {
  const { signal } = new AbortController()
  try {
    await using transport = await connector.connect(host, signal)
    const result = await transport.exec({ argv: ["sh", "-s"], stdin: LAST_WORD.script, timeoutMs: 60_000 }, signal)
    return result.code === 0 ? LAST_WORD.parse(result) : { serves: false, unknown: true }
  } catch (thrown) {
    const { code, message } = asHaopsError(thrown, { host: host.name })
    if (code !== "E_CONNECT") tell(`${host.name} could not be asked: ${message}`)
    return undefined
  }
}

function tellPeople(text: string): void {
  process.stderr.write(cleanScreen(`warning: ${text}\n`))
}

/** One line among the events that follow. */
function tellPrograms(text: string): void {
  createJsonSink(process.stderr, { scrub: (said) => said }).sink({ type: "message", level: "warning", text })
}
