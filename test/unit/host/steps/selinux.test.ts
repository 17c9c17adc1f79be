import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { quoteAll } from "../../../../src/base/sh.ts"
import { COMPONENTS } from "../../../../src/components.ts"
import { parseSelinux, type SelinuxState, selinuxScript } from "../../../../src/host/selinux.ts"
import { selinuxStep } from "../../../../src/host/steps/selinux.ts"
import { parseInventory } from "../../parse-inventory.ts"
import { context, judge, run, SHELLS, sandbox } from "../../step-harness.ts"

const selinux = selinuxStep(COMPONENTS)
const booleans = [
  { boolean: "haproxy_connect_any", denies: "haproxy from ports that its policy does not list" },
  { boolean: "keepalived_connect_any", denies: "keepalived from a port" },
]
const want = { booleans, files: ["/etc/hosts"] }
const fine: SelinuxState = { mode: "enforcing", off: [], mislabelled: [] }

describe("what its policy has to allow", () => {
  test("allowed already, or no policy: nothing to do", () => {
    expect(judge(selinux, want, fine)).toMatchObject({ drift: [], actions: [] })
    expect(judge(selinux, want, { ...fine, mode: "disabled" } as SelinuxState)).toMatchObject({
      drift: [],
      actions: [],
    })
  })

  test("booleans that are off are set for good, by one rebuilding of the policy", () => {
    const { drift, actions } = judge(selinux, want, { ...fine, off: booleans.map(({ boolean }) => boolean) })
    expect(drift).toMatchObject([
      { attribute: "SELinux's haproxy_connect_any", have: "off", want: "on", cost: expect.stringMatching(/^it keeps/) },
      { attribute: "SELinux's keepalived_connect_any" },
    ])
    expect(actions.map((one) => (one.type === "run" ? quoteAll(one.argv) : one.type))).toEqual([
      "setsebool -P haproxy_connect_any=1 keepalived_connect_any=1",
    ])
  })

  test("permissive it denies nothing, which is said, and would once it enforces: they are set", () => {
    const { drift, actions } = judge(selinux, want, {
      ...fine,
      mode: "permissive",
      off: ["haproxy_connect_any"],
    } as SelinuxState)
    expect(drift).toMatchObject([{ cost: expect.stringMatching(/^permissive: it would keep haproxy from ports/) }])
    expect(actions).toHaveLength(1)
  })

  test("a file that came by another's label gets its own", () => {
    const mislabelled = [{ path: "/etc/hosts", have: "etc_t", want: "net_conf_t" }]
    const { drift, actions } = judge(selinux, want, { ...fine, mislabelled })
    expect(drift).toMatchObject([{ attribute: "label of /etc/hosts", have: "etc_t", want: "net_conf_t" }])
    expect(actions).toEqual([{ type: "run", argv: ["restorecon", "--", "/etc/hosts"] }])
  })
})

test("which booleans they are follows from what runs on the host", () => {
  const asked = (text: string) => {
    const inventory = parseInventory(
      `name: lab\ncontrollers: { a: 10.0.0.2, b: 10.0.0.3, c: 10.0.0.4 }\n${text}`,
      "i.yaml",
    )
    const { booleans, files } = selinux.bind!(context(inventory, inventory.hosts[0]!))!
    return { booleans: booleans.map(({ boolean }) => boolean), files }
  }
  const pacemaker = "pacemaker: { password: { env: P } }\n"
  const service = "{ name: web, port: 8080, backendPort: 80 }"
  expect(asked(pacemaker).booleans).toEqual([])
  expect(asked(`${pacemaker}vips: { vip: 10.0.0.9/24 }\nhaproxy: { services: [${service}] }\n`)).toMatchObject({
    booleans: ["haproxy_connect_any"],
    files: expect.arrayContaining(["/etc/hosts", "/etc/haproxy/haproxy.cfg", "/etc/corosync/corosync.conf"]),
  })
  const agent = "agent: ocf:heartbeat:haproxy"
  expect(
    asked(`${pacemaker}vips: { vip: 10.0.0.9/24 }\nhaproxy: { ${agent}, services: [${service}] }\n`).booleans,
  ).toEqual(["haproxy_connect_any", "daemons_enable_cluster_mode"])
  const keepalived =
    "vips: { vip: { address: 10.0.0.9/24, manager: keepalived } }\nkeepalived: { password: { env: K } }\n"
  expect(asked(`${keepalived}haproxy: { services: [${service}] }\n`).booleans).toEqual([
    "haproxy_connect_any",
    "keepalived_connect_any",
  ])
})

describe.each(SHELLS)("the question in %s", (shell) => {
  const directory = mkdtempSync(join(tmpdir(), "haops-selinux-"))
  afterAll(() => rmSync(directory, { recursive: true }))

  /** A kernel's selinuxfs: its files end without a newline. */
  function mounted(name: string, enforce: string | undefined, booleans: Readonly<Record<string, string>> = {}): string {
    const root = join(directory, name)
    mkdirSync(join(root, "booleans"), { recursive: true })
    if (enforce !== undefined) writeFileSync(join(root, "enforce"), enforce)
    for (const [boolean, text] of Object.entries(booleans)) writeFileSync(join(root, "booleans", boolean), text)
    return root
  }

  function answered(root: string, restorecon = "exit 0") {
    using box = sandbox({ restorecon })
    const script = selinuxScript({ booleans: booleans.map(({ boolean }) => boolean), files: ["/etc/hosts"] }, root)
    return parseSelinux(run(script, { shell, path: box.path }))
  }

  test("tells enforcing, permissive and disabled apart", () => {
    expect(answered(mounted("enforcing", "1"))).toEqual({ mode: "enforcing", off: [], mislabelled: [] })
    expect(answered(mounted("permissive", "0")).mode).toBe("permissive")
    expect(answered(mounted("disabled", undefined), "echo no >&2; exit 1").mode).toBe("disabled")
  })

  test("a boolean counts as off by what is in force, and not where the policy has none of the name", () => {
    expect(answered(mounted("off", "1", { haproxy_connect_any: "0 1" })).off).toEqual(["haproxy_connect_any"])
    expect(answered(mounted("on", "1", { haproxy_connect_any: "1 0", keepalived_connect_any: "0 0" })).off).toEqual([
      "keepalived_connect_any",
    ])
  })

  test.each([
    ["of today", "Would relabel /etc/hosts from system_u:object_r:etc_t:s0 to system_u:object_r:net_conf_t:s0"],
    ["of EL 7", "restorecon reset /etc/hosts context system_u:object_r:etc_t:s0->system_u:object_r:net_conf_t:s0"],
  ])("labels are compared by restorecon %s, which changes nothing", (_, line) => {
    const said = `case "$*" in "-i -n -v -- /etc/hosts") echo '${line}' ;; *) exit 9 ;; esac`
    expect(answered(mounted("labels", "1"), said).mislabelled).toEqual([
      { path: "/etc/hosts", have: "etc_t", want: "net_conf_t" },
    ])
  })
})

test.each(["", "enforces maybe", "off haproxy_connect_any"])("does not take %j for an answer", (stdout) => {
  expect(() => parseSelinux({ stdout, stderr: "" })).toThrow()
})
