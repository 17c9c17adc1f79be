import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parseBoothFiles, TELL_BOOTH } from "../../../src/booth/adopt.ts"
import { boothConfig } from "../../../src/booth/config.ts"
import { BOOTH } from "../../../src/booth/settings.ts"
import { settingsOf } from "../../../src/model/section.ts"
import { judgeCib } from "../../../src/pacemaker/adopt/judge.ts"
import { parseCib } from "../../../src/pacemaker/cib-parse.ts"
import { adopted, madeBy } from "../adopt/adopting.ts"
import { parseInventory } from "../parse-inventory.ts"
import { run, sandbox } from "../step-harness.ts"

const SITE = `name: north
controllers: { c1: 10.1.0.11, c2: 10.1.0.12, c3: 10.1.0.13 }
pacemaker:
  password: { env: P }
  resources: { app: { agent: "ocf:heartbeat:Dummy" } }
  constraints: [{ ticket: apps, resources: app, lossPolicy: fence }]
vips: { geo: 10.1.0.50/24 }
booth:
  name: far
  vip: geo
  port: 9930
  sites: [10.1.0.50, 10.2.0.50]
  arbitrators: [10.3.0.9]
  key: { file: secrets/booth.key }
  maxTimeSkew: 300
  resource: { operations: { start: { interval: 0s, timeout: 60s } } }
  tickets:
    apps: { expire: 600, acquireAfter: 60, timeout: 10, retries: 5, weights: "0,100,50", attrPrereq: [auto a eq b, auto c ne d] }
    free: { mode: manual }
`
const site = parseInventory(SITE, "i.yaml")
const CONF = boothConfig(settingsOf(site, BOOTH)!).content

async function adoptedWith(files: Readonly<Record<string, string>>, change: (cib: string) => string = (cib) => cib) {
  const hosts = madeBy(site).map(({ address, answer }) => {
    return { address, answer: { ...answer, cib: change(answer.cib!), booth: new Map(Object.entries(files)) } }
  })
  const { text, told } = await adopted(hosts)
  const inventory = parseInventory(text, "i.yaml")
  return { text, told, inventory, words: judgeCib(inventory, parseCib(hosts[0]!.answer.cib)).words }
}

test("a site is taken in as it was written, and up would change nothing of it", async () => {
  const { inventory, told, words, text } = await adoptedWith({ "/etc/booth/far.conf": CONF })
  expect(settingsOf(inventory, BOOTH)).toEqual({ ...settingsOf(site, BOOTH), key: expect.anything() })
  expect(boothConfig(settingsOf(inventory, BOOTH)!).content).toBe(CONF)
  expect(inventory.vips.map(({ name, address }) => [name, address])).toEqual([["geo", "10.1.0.50"]])
  expect([...words, ...told]).toEqual([])
  expect(text).toContain("base64 -w0 /etc/booth/far.key")
})

test.each<[string, Readonly<Record<string, string>>, ((cib: string) => string)?]>([
  ["no file of boothd's", {}],
  ["what boothd's file has beyond an inventory's words", { "/etc/booth/far.conf": `debug = 3\n${CONF}` }],
  ["a ticket's option that has no word", { "/etc/booth/far.conf": `${CONF}  unknown = 3\n` }],
  [
    "a third one in the group",
    { "/etc/booth/far.conf": CONF },
    (cib) => cib.replace("</group>", '<primitive id="x" class="ocf" provider="heartbeat" type="Dummy"/></group>'),
  ],
  [
    "an address without its prefix, as pcs makes one",
    { "/etc/booth/far.conf": CONF },
    (cib) => cib.replace(/<nvpair [^>]*cidr_netmask[^>]*>/, ""),
  ],
])(
  "with %s, its resources stay resources like others, and up would change nothing of them",
  async (_name, files, change) => {
    const { inventory, words } = await adoptedWith(files, change)
    expect(settingsOf(inventory, BOOTH)).toBeUndefined()
    const { resources } = inventory.pacemaker!
    expect(resources.filter(({ group }) => group === "booth-far-group").map(({ id }) => id)).toEqual(
      expect.arrayContaining(["geo", "booth-far-service"]),
    )
    expect(words).toEqual([])
  },
)

test("boothd's files are told one by one", () => {
  expect(parseBoothFiles("/etc/booth/a.conf\n site = x\n \n# /etc/booth/b.conf".replace("# ", ""))).toEqual(
    new Map([
      ["/etc/booth/a.conf", "site = x\n\n"],
      ["/etc/booth/b.conf", ""],
    ]),
  )
  expect(parseBoothFiles("")).toEqual(new Map())
  using box = sandbox()
  writeFileSync(join(box.path, "a.conf"), "site = x")
  writeFileSync(join(box.path, "b.conf"), "site = y\n")
  const told = run(TELL_BOOTH.replace("/etc/booth/*.conf", `${box.path}/*.conf`)).stdout.trim()
  expect([...parseBoothFiles(told)]).toEqual([
    [join(box.path, "a.conf"), "site = x\n"],
    [join(box.path, "b.conf"), "site = y\n"],
  ])
  expect(run(TELL_BOOTH.replace("/etc/booth/*.conf", "/nowhere/*.conf")).stdout).toBe("")
})
