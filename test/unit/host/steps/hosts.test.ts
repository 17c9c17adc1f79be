import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { fc, test as property } from "@fast-check/vitest"
import { describe, expect, test } from "vitest"
import { sha256 } from "../../../../src/host/file-state.ts"
import { withHostsBlock } from "../../../../src/host/hosts-block.ts"
import { hosts } from "../../../../src/host/steps/hosts.ts"
import { context, host, inventory, judge, parse, run, SHELLS, sandbox } from "../../step-harness.ts"

const entries = [
  { address: "10.0.0.12", name: "controller1" },
  { address: "10.0.0.21", name: "lb1" },
]
const want = { cluster: "lab", entries }
const block = "# BEGIN haops lab\n10.0.0.12\tcontroller1\n10.0.0.21\tlb1\n# END haops lab\n"

function have(content: string | Buffer, order?: string) {
  const bytes = Buffer.from(content)
  const file = {
    type: "file",
    mode: "0644",
    owner: "root:root",
    size: bytes.length,
    sha256: sha256(bytes.toString()),
    content: bytes,
  } as const
  return { file, order }
}

function written(content: string): unknown {
  const [action] = judge(hosts, want, have(content)).actions
  return action?.type === "put" ? action.content : action
}

describe("hosts", () => {
  test("names every node of the inventory, whatever its group", () => {
    const all = [host("controller1", "10.0.0.12"), host("lb1", "10.0.0.21", { group: "loadbalancers" })]
    expect(hosts.bind?.(context(inventory(all), all[0]!))).toEqual(want)
  })

  test.each([
    ["absent", { file: { type: "absent" } as const, order: undefined }, block],
    ["without a block", have("127.0.0.1 localhost\n"), `127.0.0.1 localhost\n${block}`],
    ["without a last newline", have("127.0.0.1 localhost"), `127.0.0.1 localhost\n${block}`],
    ["with an old block", have("a\n# BEGIN haops lab\n10.9.9.9 gone\n# END haops lab\nb\n"), `a\n${block}b\n`],
    [
      "with another cluster's block",
      have("# BEGIN haops b\n# END haops b\n"),
      `# BEGIN haops b\n# END haops b\n${block}`,
    ],
  ])("writes the block into a file %s", (_title, state, content) => {
    expect(judge(hosts, want, state).actions).toEqual([
      { type: "put", path: "/etc/hosts", content, mode: "0644", owner: "root:root" },
    ])
  })

  test("does nothing where another copy of the inventory wrote the same in another order", () => {
    const other = "# BEGIN haops lab\n10.0.0.21\tlb1\n10.0.0.12\tcontroller1\n# END haops lab\n"
    expect(judge(hosts, want, have(`127.0.0.1 localhost\n${other}`))).toMatchObject({ drift: [], actions: [] })
    expect(written(other.replace("lb1", "lb2"))).toBe(block)
  })

  test("does nothing where the block is right", () => {
    expect(judge(hosts, want, have(`127.0.0.1 localhost\n${block}::1 ip6\n`, "files dns"))).toEqual({
      drift: [],
      findings: [],
      actions: [],
    })
  })

  test("keeps mode and owner of the file that is there", () => {
    const state = have("")
    const { actions } = judge(hosts, want, { ...state, file: { ...state.file, mode: "0664", owner: "root:adm" } })
    expect(actions).toMatchObject([{ mode: "0664", owner: "root:adm" }])
  })

  test("warns of lines outside the block that say otherwise, and leaves them", () => {
    const text = `127.0.1.1 controller1.example.com controller1 # installer\n${block}10.9.9.9 lb1\n::2 lb1\n10.0.0.12 controller1\n`
    const { drift, findings } = judge(hosts, want, have(text))
    expect(drift).toEqual([])
    expect(findings.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
      "warning /etc/hosts:1 says that controller1 is 127.0.1.1; the inventory says 10.0.0.12",
      "warning /etc/hosts:6 says that lb1 is 10.9.9.9; the inventory says 10.0.0.21",
    ])
  })

  test.each(["# BEGIN haops lab\n", "# END haops lab\n", "# END haops lab\n# BEGIN haops lab\n", `${block}${block}`])(
    "does not touch a file with a damaged block: %j",
    (text) => {
      const { drift, findings } = judge(hosts, want, have(text))
      expect(drift).toEqual([])
      expect(findings).toMatchObject([{ severity: "error" }])
    },
  )

  test("does not touch what it could not write back byte for byte", () => {
    const { drift, findings } = judge(hosts, want, have(Buffer.from([0x31, 0xe9, 0x0a])))
    expect(drift).toEqual([])
    expect(findings).toMatchObject([{ severity: "error" }])
  })

  test.each(["dns files", "dns"])("warns where names are looked up as %j", (order) => {
    expect(judge(hosts, want, have(block, order)).findings).toMatchObject([{ severity: "warning" }])
  })

  test("reads its probe's answer", () => {
    const content = Buffer.from(block).toString("base64")
    const stdout = `type file\nstat 644 root:root ${block.length}\nsha256 ${sha256(block)}\ncontent ${content}\norder files dns\n`
    expect(parse(hosts, want, stdout)).toEqual(have(block, "files dns"))
    expect(() => parse(hosts, want, "order files\n")).toThrow()
  })

  property.prop([
    fc.array(fc.constantFrom("127.0.0.1 localhost\n", "\n", "# x\r\n", "10.0.0.12 controller1\n", " \t\n")),
    fc.constantFrom("", "tail"),
  ])("leaves every other line byte for byte, and a second run does nothing", (lines, tail) => {
    const before = lines.join("") + tail
    const once = String(written(before))
    expect(once.startsWith(before)).toBe(true)
    expect(withHostsBlock(once, "lab", entries)).toBe(once)
    expect(withHostsBlock(`${once}after`, "lab", [])).toBe(
      `${once}after`.replace(/10.0.0.12\tcontroller1\n10.0.0.21\tlb1\n/, ""),
    )
  })
})

describe.each(SHELLS)("asked in %s", (shell) => {
  test.each(["hosts:\t\tfiles dns\n", "hosts:files dns\nnetworks: files\n", "# first\nhosts: files dns"])(
    "tells the order of %j",
    (text) => {
      using box = sandbox()
      const file = join(box.path, "nsswitch.conf")
      writeFileSync(file, text)
      const script = hosts.probe(want).script.replaceAll("/etc/nsswitch.conf", file)
      expect(parse(hosts, want, run(script, { shell }).stdout).order).toBe("files dns")
    },
  )
})
