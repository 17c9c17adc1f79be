import { Command } from "commander"
import { describe, expect, test } from "vitest"
import { control } from "../../../src/build/package/deb.ts"
import { manPages } from "../../../src/build/package/man.ts"
import { spec } from "../../../src/build/package/rpm.ts"
import { sbomOf } from "../../../src/build/package/sbom.ts"
import { createProgram } from "../../../src/program.ts"

describe("man pages", () => {
  test("there is one for haops and for each verb, with every flag that it has", () => {
    const program = createProgram({ exit: 0, options: {} })
    const pages = new Map(manPages(program, "1.2.3").map(({ file, text }) => [file, text]))
    expect([...pages.keys()]).toEqual(expect.arrayContaining(["haops.1", "haops-up.1", "haops-lb-drain.1"]))
    const up = program.commands.find((command) => command.name() === "up")!
    for (const { long } of up.options) expect(pages.get("haops-up.1")).toContain(long!.replaceAll("-", "\\-"))
    expect(pages.get("haops.1")).toMatch(/^\.SH VERBS\n[\s\S]*haops\\-lb\(1\)/m)
  })

  test("what roff would read as its own is escaped", () => {
    const program = new Command("haops").description(".so much \\ here").option("--a-b <c>", "'quoted")
    const [page] = manPages(program, "1")
    expect(page?.text).toContain("\n\\&.so much \\e here\n")
    expect(page?.text).toContain(".B \\-\\-a\\-b <c>\n\\&'quoted\n")
  })
})

const product = {
  version: "1.2.3",
  description: "What it is",
  license: "Apache-2.0",
  names: { deb: "arm64", rpm: "aarch64" },
} as const

test("Debian's and RPM's words for the same package", () => {
  expect(control(product)).toContain("Version: 1.2.3\nArchitecture: arm64\n")
  expect(control(product)).toMatch(/^Depends: libc6 \(>= 2\.28\), libstdc\+\+6, libatomic1$/m)
  expect(spec(product, "/tree")).toMatch(/^Version: 1\.2\.3\nRelease: 1\nSummary: What it is\nLicense: Apache-2\.0$/m)
  expect(spec(product, "/tree")).toContain("cp -a /tree/. %{buildroot}\n")
})

test("the bill of materials holds what haops needs, and what that needs, though a tool needs it too", () => {
  const component = (name: string) => ({ "bom-ref": `${name}@1`, name })
  const depends = (name: string, ...others: string[]) => ({
    ref: `${name}@1`,
    dependsOn: others.map((one) => `${one}@1`),
  })
  const all = {
    metadata: { component: component("haops") },
    components: ["a", "b", "c", "tool"].map(component),
    dependencies: [depends("haops", "a", "tool"), depends("a", "b"), depends("b", "a"), depends("tool", "a", "c")],
  }
  const left = JSON.parse(sbomOf(JSON.stringify(all), ["a"]))
  expect(left.components).toEqual([component("a"), component("b")])
  expect(left.dependencies).toEqual([depends("haops", "a"), depends("a", "b"), depends("b", "a")])
})
