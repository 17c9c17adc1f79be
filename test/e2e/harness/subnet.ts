import { randomInt, randomUUID } from "node:crypto"
import type Dockerode from "dockerode"
import { labLabels } from "./labels.ts"

export interface LabNetwork {
  name: string
  /** The address of this host number, 2 to 254 (1 is this machine). */
  address(host: number): string
  remove(): Promise<void>
}

const ATTEMPTS = 40

/**
 * A bridge network with a free /24 of 172.30.100.0 to 172.30.254.0 (the demo's lab is at 172.30.99.0). The engine refuses what
 * overlaps one of its own networks or a route of the machine; then another one is tried.
 */
export async function createNetwork(dockerode: Dockerode): Promise<LabNetwork> {
  const name = `haops-e2e-${randomUUID().slice(0, 8)}`
  for (let attempt = 1; ; attempt++) {
    const prefix = `172.30.${randomInt(100, 255)}`
    try {
      const network = await dockerode.createNetwork({
        Name: name,
        Driver: "bridge",
        Labels: labLabels(),
        IPAM: { Driver: "default", Config: [{ Subnet: `${prefix}.0/24`, Gateway: `${prefix}.1` }] },
      })
      return { name, address: (host) => `${prefix}.${host}`, remove: () => network.remove() }
    } catch (error) {
      // The engine gives no code for it, only this text.
      if (attempt === ATTEMPTS || !/overlap/i.test(String(error))) throw error
    }
  }
}
