import type { Preset } from "./preset.ts"

/** Plain HTTP, the client's address handed on. */
export const web: Preset = [
  {
    name: "web",
    port: 80,
    mode: "http",
    balance: "leastconn",
    options: ["httplog", "dontlognull", "http-server-close", "forwardfor"],
    check: { type: "http", interval: "3s", rise: 2, fall: 3 },
  },
]
