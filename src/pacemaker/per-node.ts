/** The name by which haops knows a parameter that has its value on one node alone: `nic on controller3`. */
export function onNode(name: string, node: string): string {
  return `${name} on ${node}`
}

/** Such a name, taken apart; undefined for one that holds everywhere. */
export function perNode(name: string): { name: string; node: string } | undefined {
  const [, parameter, node] = /^(\S+) on (\S+)$/.exec(name) ?? []
  return parameter === undefined || node === undefined ? undefined : { name: parameter, node }
}

/** The id of the set that holds a resource's parameters on one node. Sets of another id that have a rule are somebody else's. */
export function setOnNode(resource: string, node: string): string {
  return `${resource}-instance_attributes-on-${node}`
}
