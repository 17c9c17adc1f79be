import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Secret } from "../../src/base/secret.ts"
import type { Host, SshSettings } from "../../src/model/inventory.ts"
import { type Connector, type ConnectorOptions, createConnector } from "../../src/transport/connector.ts"
import type { Transport } from "../../src/transport/transport.ts"
import { makeKey, type SshTestServer } from "./server.ts"

/** What can log in to a host. */
export const TRANSPORTS = ["ssh2", "openssh"] as const

/** The rest of a run's signal where nobody cancels. */
export const calm = new AbortController().signal

/** An operator's home: a directory that is removed afterwards, a key in it, an environment without agent. */
export class Home implements AsyncDisposable {
  readonly path = mkdtempSync(join(tmpdir(), "tr-home-"))
  readonly notices: string[] = []
  readonly #owned: AsyncDisposable[] = []
  readonly #transport: SshSettings["transport"]

  /** `transport`: what its hosts are logged in to by. */
  constructor(transport?: SshSettings["transport"]) {
    this.#transport = transport
    this.write(".ssh/id_ed25519", makeKey().private)
  }

  write(name: string, text: string, mode = 0o600): string {
    const file = join(this.path, name)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, text, { mode })
    return file
  }

  /** Trusts the server's host keys. */
  trust(...servers: readonly SshTestServer[]): this {
    const lines = servers.flatMap((server) =>
      server.hostKeys.map((key) => `[${server.address}]:${server.port} ${key}\n`),
    )
    this.write(".ssh/known_hosts", lines.join(""))
    return this
  }

  connector(options: Partial<ConnectorOptions> = {}): Connector {
    const connector = createConnector({
      secret: (source) => (source.from === "literal" ? source.value : new Secret("")),
      home: this.path,
      env: {},
      onNotice: (text) => this.notices.push(text),
      ...options,
    })
    this.#owned.push(connector)
    return connector
  }

  host(...[server, ssh, name]: Parameters<typeof hostOf>): Host {
    return hostOf(server, { transport: this.#transport, ...ssh }, name)
  }

  /** A transport to the server, which it trusts. */
  async to(
    server: SshTestServer,
    ssh: Partial<SshSettings> = {},
    options: Partial<ConnectorOptions> = {},
  ): Promise<Transport> {
    const transport = await this.trust(server).connector(options).connect(this.host(server, ssh), calm)
    this.#owned.unshift(transport)
    return transport
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const owned of this.#owned) await owned[Symbol.asyncDispose]()
    rmSync(this.path, { recursive: true })
  }
}

/** The inventory's host for a server. */
export function hostOf(
  server: Pick<SshTestServer, "address" | "port">,
  ssh: Partial<SshSettings> = {},
  name = "node1",
): Host {
  return {
    name,
    group: "controllers",
    address: server.address,
    links: [server.address],
    ssh: { user: "root", port: server.port, become: "sudo", hostKeys: "strict", connectTimeoutMs: 5_000, ...ssh },
  }
}

/** A secret written out, as a literal of the inventory. */
export function literal(value: string): { from: "literal"; value: Secret } {
  return { from: "literal", value: new Secret(value) }
}
