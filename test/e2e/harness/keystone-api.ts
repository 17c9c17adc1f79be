import { once } from "node:events"
import { type IncomingMessage, request } from "node:http"
import { text } from "node:stream/consumers"

/** A client of Keystone, as any service is one: by HTTP, from this machine, on a new connection each time. */
export interface KeystoneApi {
  /** A new token of the user admin. Throws unless one is given. */
  token(): Promise<string>
  /** The status by which it answers whether `token` is valid: 200, or 401. */
  check(token: string): Promise<number | undefined>
  /** Its catalogue, a line for each endpoint, sorted: `image public http://10.0.0.11:9292`. */
  endpoints(): Promise<readonly string[]>
}

interface Service {
  id: string
  type: string
}

interface Endpoint {
  service_id: string
  interface: string
  url: string
}

export function keystoneAt(address: string, password: string): KeystoneApi {
  const ask = (path: string, options: Asking) => askHttp(`http://${address}:5000/v3${path}`, options)
  const token = async () => {
    const { status, headers, body } = await ask("/auth/tokens", { method: "POST", body: login(password) })
    const made = headers["x-subject-token"]
    if (status !== 201 || typeof made !== "string") throw new Error(`no token of ${address}: ${status} ${body}`)
    return made
  }
  return {
    token,
    check: async (subject) => {
      const headers = { "x-auth-token": subject, "x-subject-token": subject }
      return (await ask("/auth/tokens", { method: "HEAD", headers })).status
    },
    async endpoints() {
      const headers = { "x-auth-token": await token() }
      const read = async (path: string) => JSON.parse((await ask(path, { headers })).body)
      const { services } = (await read("/services")) as { services: Service[] }
      const { endpoints } = (await read("/endpoints")) as { endpoints: Endpoint[] }
      const type = (id: string) => services.find((one) => one.id === id)?.type
      return endpoints.map((one) => `${type(one.service_id)} ${one.interface} ${one.url}`).sort()
    },
  }
}

function login(password: string): string {
  const domain = { id: "default" }
  const user = { name: "admin", domain, password }
  return JSON.stringify({
    auth: {
      identity: { methods: ["password"], password: { user } },
      scope: { project: { name: "admin", domain } },
    },
  })
}

interface Asking {
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
}

async function askHttp(url: string, { method = "GET", headers = {}, body = "" }: Asking) {
  const sent = request(url, {
    method,
    agent: false,
    timeout: 60_000,
    headers: { ...headers, "content-type": "application/json", "content-length": Buffer.byteLength(body) },
  })
  sent.on("timeout", () => sent.destroy(new Error(`${url}: no answer within a minute`)))
  sent.end(body)
  const [answer] = (await once(sent, "response")) as [IncomingMessage]
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) }
}
