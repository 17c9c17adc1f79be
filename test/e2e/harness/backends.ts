import type { LabNode } from "./node.ts"

const CERTIFICATE = "/root/backend.pem"

export interface Backends {
  /** Ports that answer every HTTP request by 200 and the node's name, on the node's own address alone. */
  http?: readonly number[]
  /** Ports that do so over TLS. */
  https?: readonly number[]
}

/** Starts backends on a node of a prepared image: a haproxy of its own, since that answers thousands of requests cheaply. */
export async function serveBackends(node: LabNode, { http = [], https = [] }: Backends): Promise<void> {
  const bind = (port: number, rest = "") => `  bind ${node.address}:${port}${rest}`
  const config = [
    "defaults",
    "  mode http",
    "  timeout connect 5s",
    "  timeout client 60s",
    "  timeout server 60s",
    "frontend backends",
    ...http.map((port) => bind(port)),
    ...https.map((port) => bind(port, ` ssl crt ${CERTIFICATE}`)),
    `  http-request return status 200 content-type text/plain string ${node.name}`,
  ]
  await node.write("/root/backends.cfg", `${config.join("\n")}\n`)
  await node.must(
    `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=${node.name} -keyout /root/k -out /root/c 2>/dev/null
cat /root/c /root/k >${CERTIFICATE} && systemd-run --quiet --unit=lab-backends haproxy -db -f /root/backends.cfg`,
  )
}
