import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { roleOn } from "../../../src/booth/settings.ts"
import { describeConstraint } from "../../../src/pacemaker/describe-change.ts"
import { describePart } from "../../../src/pacemaker/parts/describe-part.ts"
import { parseInventory } from "../parse-inventory.ts"

const README = readFileSync(new URL("../../../inventory/README.md", import.meta.url), "utf8")
const HOSTS = `name: readme
controllers: { controller1: 10.0.0.12, controller2: 10.0.0.13, controller3: 10.0.0.14 }
`

/** The first example below a heading, in an inventory of three nodes. */
function example(heading: string) {
  const text = README.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0]
  const yaml = /```yaml\n(.*?)```/s.exec(text ?? "")?.[1]
  if (yaml === undefined) throw new Error(`no example below ${heading}`)
  return parseInventory(HOSTS + yaml, "i.yaml").pacemaker!
}

test("the README's constraints are what they look like", () => {
  expect(example("What runs where, with what and after what").constraints.map(describeConstraint)).toEqual([
    "app with Promoted db-clone (100)",
    "promote db-clone then app",
    "in order [db-clone app] then [web worker sequential=false] (Optional)",
    "together [web worker] with [db-clone role=Promoted] (20)",
    "[web worker] on controller1 (50)",
    "/w.*/ on controller3 (-INFINITY)",
    "app where not_defined pingd or pingd lt integer 1 (-INFINITY)",
    "worker where #uname eq controller2 and date-spec hours=22-23 (200)",
    "app with the ticket paris (stop)",
  ])
})

test("the README's tags, alerts, levels and roles are what they look like", () => {
  const { parts = [] } = example("Fencing levels, tags, alerts and access control")
  expect(parts.map((part) => `${part.kind} ${part.id}: ${describePart(part)}`)).toEqual([
    "tag shop: web, app",
    "alert mail: /usr/share/pacemaker/alerts/alert_smtp.sh  email_sender=cluster@example.org  to ops@example.org",
    "fencing level fl-controller1-1: level 1 of controller1: ipmi",
    "fencing level fl-controller1-2: level 2 of controller1: pdu",
    "ACL role watcher: deny //nvpair[@name='passwd' or @name='password'], read /cib",
    "ACL role shopkeeper: write web, write app, read /cib",
    "ACL user ann: with watcher",
    "ACL group clerks: with shopkeeper",
  ])
})

test("the README's room and rules are what they look like", () => {
  const { parts = [] } = example("Room on nodes, and what holds at times")
  expect(parts.map((part) => `${part.kind} of ${part.holder}: ${describePart(part)}`)).toEqual([
    "node attribute of controller1: 1",
    "node utilization of controller1: 16",
    "node utilization of controller1: 65536",
    "node attribute of controller2: 2",
    "node utilization of controller2: 8",
    "node utilization of controller2: 32768",
    "utilization of app: cpu=4 memory=8192",
    "rule of app: resource-stickiness=INFINITY where date-spec hours=9-17 weekdays=1-5",
    "rule of rsc_defaults: migration-threshold=1 where resource ocf:heartbeat:IPaddr2",
    "rule of op_defaults: timeout=60s where op monitor and resource systemd:app",
  ])
})

test("the README's container is what it looks like", () => {
  const { parts = [], resources } = example("Containers")
  expect(parts.map((part) => `${part.kind} ${part.id}: ${describePart(part)}`)).toEqual([
    "bundle shop: podman image=registry.example.org/shop:7 replicas=3  network ip-range-start=10.0.0.50 host-netmask=24 port port=8080  storage source-dir=/srv/shop target-dir=/var/lib/shop options=rw",
  ])
  expect(resources.find(({ id }) => id === "app")).toMatchObject({ bundle: "shop" })
})

test("the README's site of a booth cluster is taken as it stands, arbitrator and all", () => {
  const yaml = /```yaml\n(.*?)```/s.exec(README.split("\n## Tickets between sites\n")[1]!)![1]!
  const inventory = parseInventory(HOSTS + yaml, "i.yaml")
  expect(inventory.hosts.map((host) => roleOn(inventory, host)?.role)).toEqual(["site", "site", "site", "arbitrator"])
  expect(inventory.warnings.filter((one) => one.includes("booth"))).toEqual([])
})
