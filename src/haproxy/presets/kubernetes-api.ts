import type { Preset } from "./preset.ts"

/** The API servers, which end TLS themselves and say on /readyz whether they can serve. */
export const kubernetesApi: Preset = [
  {
    name: "kube_apiserver",
    port: 6443,
    mode: "tcp",
    balance: "roundrobin",
    options: ["tcpka", "tcplog"],
    // A watch is silent for minutes; the default client and server timeouts would cut it.
    timeouts: { client: "1h", server: "1h" },
    check: { type: "http", path: "/readyz", tls: true, expect: 200, interval: "2s", rise: 2, fall: 3 },
  },
]
