import type { Lab } from "./lab.ts"

/** An inventory of the lab's first three controllers as a person writes it: comments, columns and quotes of their own. */
export function annotated({ nodes, vip }: Lab): string {
  const hosts = nodes.slice(0, 3).map(({ name, address }) => `  ${name}: ${address}   # rack ${name.at(-1)}\n`)
  return `# Written by hand.
name:  "lab"
ssh: {user: root, identityFile: id_ed25519, knownHosts: known_hosts}

controllers:   # three of them
${hosts.join("")}# the cluster
pacemaker:
  password: { file: hacluster }
  properties: { stonith-enabled: false, cluster-recheck-interval: 5min }
  resourceDefaults: { migration-threshold: 1 }
  totem: { token: 1000, tokenCoefficient: 100 }
vips: { vip: ${vip}/24 }
haproxy:
  services: [{ name: web, port: 8080, mode: http, backendPort: 8000, check: http }]
`
}
