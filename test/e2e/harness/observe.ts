import type { LabNode } from "./node.ts"

// What the tests see of a cluster, by the means of an operator at a node's console and not by haops.

/** Names of the nodes that crm_mon, asked on `node`, calls online and joined; none where no cluster runs. */
export async function onlineNodes(node: LabNode): Promise<readonly string[]> {
  const nodes = elements(await crmMon(node), "node").filter(({ id }) => id !== undefined)
  return nodes.flatMap(({ name, online, pending }) => (online === "true" && pending === "false" ? [name!] : [])).sort()
}

/** Names of the nodes on which crm_mon, asked on `node`, sees `resource` (or a copy of it) running, a name for each copy. */
export async function runningOn(node: LabNode, resource: string): Promise<readonly string[]> {
  const found = (await crmMon(node)).matchAll(/<resource ([^>]*[^/])>(.*?)<\/resource>/gs)
  return [...found]
    .filter(([, head]) => attributes(head!).id?.replace(/:\d+$/, "") === resource)
    .flatMap(([, , body]) => elements(body!, "node").map(({ name }) => name!))
    .sort()
}

/** Names of the nodes that have this address on an interface. */
export async function holders(nodes: readonly LabNode[], address: string): Promise<readonly string[]> {
  const held = await Promise.all(nodes.map(async (node) => (await node.must(`ip -o addr show to ${address}`)) !== ""))
  return nodes.filter((_, index) => held[index]).map(({ name }) => name)
}

/** A cluster property's value; an empty text where it is not set. */
export async function property(node: LabNode, name: string): Promise<string> {
  return (await node.exec(`crm_attribute --type crm_config --name ${name} --query --quiet`)).stdout.trim()
}

/** Every constraint of the cluster as one line, its element and attributes without the id, sorted. */
export async function constraints(node: LabNode): Promise<readonly string[]> {
  const xml = await node.must("cibadmin --query --scope constraints")
  const found = [...xml.matchAll(/<(rsc_\w+) ([^>]*?)\/?>/g)]
  return found
    .map(([, element, text]) => {
      const { id, ...rest } = attributes(text!)
      return [
        element,
        ...Object.entries(rest)
          .map(([name, value]) => `${name}=${value}`)
          .sort(),
      ].join(" ")
    })
    .sort()
}

/** All of a shell command's answers, by node, in one object: for comparing nodes, and before with after. */
export async function everywhere(nodes: readonly LabNode[], script: string): Promise<Record<string, string>> {
  const answers = await Promise.all(nodes.map(async (node) => [node.name, (await node.must(script)).trim()] as const))
  return Object.fromEntries(answers)
}

async function crmMon(node: LabNode): Promise<string> {
  return (await node.exec("crm_mon -1 --output-as=xml")).stdout
}

function elements(xml: string, name: string): Record<string, string>[] {
  return [...xml.matchAll(new RegExp(`<${name} ([^>]*?)/?>`, "g"))].map(([, text]) => attributes(text!))
}

function attributes(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
}
