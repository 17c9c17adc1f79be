import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { HaopsError } from "../../../src/base/errors.ts"
import { Secret } from "../../../src/base/secret.ts"
import {
  loadSavedPlan,
  requireSavable,
  requireSavedPlan,
  type SavedSubject,
  savePlan,
} from "../../../src/engine/saved-plan.ts"
import { haproxyConfig } from "../../../src/haproxy/steps/haproxy-config.ts"
import type { Action } from "../../../src/model/action.ts"
import { plan } from "../output/samples.ts"
import { host, inventory } from "../step-harness.ts"

const INVENTORY = "name: prod\ncontrollers: { c1: 10.0.0.1 }\n"
const CONFIG = "listen web\n  bind :80\n  server c2 10.0.0.13:80\n"

/** One step that writes this, and all else as it is. */
function subject(actions: readonly Action[] = [write(CONFIG)], changes: Partial<SavedSubject> = {}): SavedSubject {
  const drift = [
    { attribute: "/etc/haproxy/haproxy.cfg", have: "100 bytes", want: "120 bytes", risk: "reload" },
  ] as const
  const task = { id: "t", stage: "haproxy", step: haproxyConfig, title: "haproxy config", wants: new Map() }
  const assessments = [{ task, host: "controller1", drift, findings: [], actions }]
  const hosts = [host("controller1", "10.0.0.12")]
  return { plan: plan(), assessments, inventory: inventory(hosts), scrub: (text) => text, ...changes }
}

function write(content: string | Secret): Action {
  return { type: "put", path: "/etc/haproxy/haproxy.cfg", content, mode: "0640", owner: "root:haproxy" }
}

function command(stdin: string | Secret, sameAs?: Secret): Action {
  return { type: "run", argv: ["chpasswd", "-e"], stdin, sameAs, label: "set the password" }
}

const NOTHING = subject([], { assessments: [] })

const OUTDATED = JSON.stringify({ format: "haops-plan-1", cluster: "x", inventory: "y", savedAt: "z", changes: ["a"] })

let directory: string
let file: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "haops-saved-"))
  file = join(directory, "prod.plan")
})
afterEach(() => rmSync(directory, { recursive: true }))

describe("a saved plan", () => {
  test("is for its owner alone, and holds as long as the hosts are as they were", async () => {
    await savePlan(file, subject())
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const saved = await loadSavedPlan(file)
    await expect(requireSavedPlan(saved, subject())).resolves.toBeUndefined()
    await expect(requireSavedPlan(saved, NOTHING)).rejects.toMatchObject({
      code: "E_REFUSED",
      details: expect.arrayContaining(["-controller1: haproxy config"]),
    })
  })

  test("takes the place of an earlier one, of one in an older format, and of a file with nothing in it", async () => {
    writeFileSync(file, "")
    await savePlan(file, NOTHING)
    await savePlan(file, subject())
    writeFileSync(file, OUTDATED)
    await savePlan(file, subject())
    await expect(requireSavedPlan(await loadSavedPlan(file), subject())).resolves.toBeUndefined()
  })

  const risky = plan({ transitions: [{ resource: "vip", action: "move", node: "c2", from: "c1" }] })
  test.each<[string, SavedSubject, string | RegExp]>([
    [
      "another backend of the same length",
      subject([write(CONFIG.replace(".13", ".14"))]),
      /^[+] {2}write .*haproxy.cfg/m,
    ],
    ["another secret content", subject([write(new Secret(`${CONFIG}x`))]), /^[+] {2}write .*haproxy.cfg/m],
    [
      "another mode",
      subject([{ ...write(CONFIG), mode: "0644" } as Action]),
      "+  write /etc/haproxy/haproxy.cfg (0644",
    ],
    ["a command more", subject([write(CONFIG), command("x")]), "+  set the password"],
    ["a resource that moves", subject([write(CONFIG)], { plan: risky }), "+the cluster would move vip (c1 → c2)"],
    [
      "another cluster",
      subject([write(CONFIG)], { inventory: inventory([host("controller1", "10.0.0.12")], { name: "other" }) }),
      "the cluster: lab when it was saved, other now",
    ],
    [
      "hosts at other addresses",
      subject([write(CONFIG)], { inventory: inventory([host("controller1", "10.9.9.9")]) }),
      "the inventory is another one, or was changed",
    ],
    [
      "an inventory that says something else that is in sync",
      subject([write(CONFIG)], {
        inventory: inventory([host("controller1", "10.0.0.12")], { sysctl: { "a.b": "1" } }),
      }),
      "the inventory is another one, or was changed",
    ],
  ])("does not cover %s", async (_, now, told) => {
    await savePlan(file, subject())
    const error = await requireSavedPlan(await loadSavedPlan(file), now).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: "E_REFUSED",
      message: `${file} is not what would be done now`,
    })
    const { details } = error as HaopsError
    expect(details?.join("\n")).toMatch(told instanceof RegExp ? told : literally(told))
  })

  test("binds a command's standard input, and where that is never the same what stands for it", async () => {
    await savePlan(file, subject([command(new Secret("salt1"), new Secret("password"))]))
    const saved = await loadSavedPlan(file)
    const again = subject([command(new Secret("salt2"), new Secret("password"))])
    await expect(requireSavedPlan(saved, again)).resolves.toBeUndefined()
    const other = subject([command(new Secret("salt1"), new Secret("passw0rd"))])
    await expect(requireSavedPlan(saved, other)).rejects.toMatchObject({ code: "E_REFUSED" })
  })

  test("is of this haops alone", async () => {
    await savePlan(file, subject())
    writeFileSync(file, readFileSync(file, "utf8").replace(/"haops": ".*"/, '"haops": "0.0.1"'))
    await expect(requireSavedPlan(await loadSavedPlan(file), subject())).rejects.toMatchObject({
      details: [expect.stringContaining("haops: 0.0.1 when it was saved")],
    })
  })

  test("holds no secret, and no digest of one that can be compared with that in another plan", async () => {
    const secret = subject([command(new Secret("hunter2"))], {
      scrub: (text) => text.replaceAll("10.0.0.13", "[secret]"),
    })
    const other = join(directory, "other.plan")
    await savePlan(file, secret)
    await savePlan(other, secret)
    const [one, two] = [file, other].map((path) => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>)
    expect(JSON.stringify(one)).not.toContain("hunter2")
    expect(one?.plan).not.toEqual(two?.plan)
    expect(one?.inventoryDigest).not.toEqual(two?.inventoryDigest)
  })

  test.each([
    ["an inventory", INVENTORY],
    ["JSON of another kind", '{ "name": "x" }\n'],
    ["a plan of another format", JSON.stringify({ format: "haops-plan-9", changes: [] })],
  ])("never takes the place of %s", async (_, text) => {
    writeFileSync(file, text)
    const refused = {
      code: "E_INPUT",
      message: `${file} exists and is not a plan saved by haops; it is left unchanged`,
    }
    await expect(requireSavable(file)).rejects.toMatchObject(refused)
    await expect(savePlan(file, subject())).rejects.toMatchObject(refused)
    expect(readFileSync(file, "utf8")).toBe(text)
  })

  test("may go to what keeps nothing that could be lost", async () => {
    await expect(requireSavable("/dev/null")).resolves.toBeUndefined()
    await expect(requireSavable(file)).resolves.toBeUndefined()
  })
})

describe("loading", () => {
  test("tells of a plan in an older format that it has to be saved anew", async () => {
    writeFileSync(file, OUTDATED)
    await expect(loadSavedPlan(file)).rejects.toMatchObject({
      code: "E_INPUT",
      hint: `Save it again: haops plan --out ${file}`,
    })
  })

  test("never advises to save a plan over a file that is none", async () => {
    writeFileSync(file, INVENTORY)
    const error = await loadSavedPlan(file).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: "E_INPUT", message: `${file} is not a plan that haops saved` })
    expect(error).toMatchObject({ hint: expect.not.stringContaining(file) })
  })

  test("advises to save one where there is none", async () => {
    const missing = { code: "E_INPUT", message: `there is no saved plan ${file}`, hint: `haops plan --out ${file}` }
    await expect(loadSavedPlan(file)).rejects.toMatchObject(missing)
  })

  test("tells what the system says of a file that cannot be read", async () => {
    mkdirSync(file)
    await expect(loadSavedPlan(file)).rejects.toMatchObject({
      code: "E_INPUT",
      message: expect.stringContaining("EISDIR"),
      hint: undefined,
    })
  })
})

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"))
}
