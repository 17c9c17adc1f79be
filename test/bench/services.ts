import { fileURLToPath } from "node:url"
import { exampleInventory } from "../e2e/harness/example.ts"
import { HAOPS } from "../e2e/harness/haops.ts"
import { startLab } from "../e2e/harness/lab.ts"
import { type Measured, measure, median } from "./measure.ts"
import type { Row } from "./table.ts"

const FLOOR = fileURLToPath(new URL("../../docker/bench/services-floor.sh", import.meta.url))

const SECRETS = {
  HAOPS_ERLANG_COOKIE: "haops-0f1e2d3c4b5a",
  HAOPS_RABBITMQ_PASSWORD: "rabbitPw-7d1c",
  HAOPS_KEYSTONE_DB_PASSWORD: "keystonePw-3f9a",
  HAOPS_KEYSTONE_ADMIN_PASSWORD: "adminPw-58ce",
}

/** A run that has nothing to do on three nodes with all data services, beside plain ssh that asks the same. */
export async function servicesRow(rounds: number): Promise<Row> {
  await using lab = await startLab({ services: true })
  const addresses = lab.nodes.map(({ address }) => address)
  const [one, two, three] = addresses
  const places = { "10.0.0.12": one!, "10.0.0.13": two!, "10.0.0.14": three!, "10.0.0.11": lab.vip }
  const inventory = await exampleInventory(lab, "openstack-services.yaml", { places })
  const env = { ...SECRETS, HAOPS_HACLUSTER_PASSWORD: lab.password, HOME: lab.directory }
  const up = () => measure([HAOPS, "up", "--yes", "-i", inventory], { cwd: lab.directory, env })
  const floor = (verb: "want" | "check") => measure(["sh", FLOOR, verb, lab.directory, ...addresses])
  await up()
  await floor("want")
  const seen = { haops: [] as Measured[], floor: [] as Measured[] }
  // In turn, so that a machine that grows slower or faster meanwhile is so for both.
  for (let round = 0; round <= rounds; round++) {
    const pair = { haops: await up(), floor: await floor("check") }
    // The first time each reads what is in no cache yet.
    if (round === 0) continue
    seen.haops.push(pair.haops)
    seen.floor.push(pair.floor)
  }
  const seconds = median(seen.floor).seconds
  return {
    what: "no-op up with all data services",
    seconds: median(seen.haops).seconds,
    limits: [1.8 * seconds],
    against: [{ name: "plain parallel ssh", seconds }],
  }
}
