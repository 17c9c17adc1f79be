import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { ended } from "./harness/ended.ts"
import { labTest, nodeTest } from "./harness/lab-test.ts"
import { docker, sh, startLoneNode } from "./harness/lone-node.ts"
import { ask } from "./harness/prober.ts"
import { until } from "./harness/until.ts"

// What `npm run package` makes, for this machine's architecture.

const ROOT = join(import.meta.dirname, "../..")
const PACKAGES = join(ROOT, "dist/packages")
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string }
const ARCHITECTURE = process.arch as "x64" | "arm64"
const NAMES = { x64: ["amd64", "x86_64"], arm64: ["arm64", "aarch64"] }[ARCHITECTURE]
const EXECUTABLE = join(PACKAGES, `haops-${version}-linux-${ARCHITECTURE}`)
const DEB = `haops_${version}_${NAMES[0]}.deb`
const RPM = `haops-${version}-1.${NAMES[1]}.rpm`

beforeAll(() => {
  execFileSync("npm", ["run", "--silent", "package", "--", ARCHITECTURE], { cwd: ROOT, stdio: "pipe" })
})

test("its checksums are those of its files, and the bill of materials names each library that is used", () => {
  execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: PACKAGES })
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: object }
  const sbom = JSON.parse(readFileSync(join(PACKAGES, `haops-${version}.sbom.json`), "utf8")) as Sbom
  expect(sbom.components.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(dependencies)))
  expect(sbom.components.map(({ name }) => name)).not.toContain("vitest")
})

labTest({ nodes: 1, prepared: true })(
  "the executable builds a cluster of one, and has nothing to do afterwards",
  async ({ lab }) => {
    await lab.inventory()
    await ended(lab.haops(["up", "--yes"], { cli: EXECUTABLE }))
    await until(async () => (await ask(`http://${lab.vip}:8080/`)).ok, { what: "an answer at the VIP" })
    const { stdout } = await ended(lab.haops(["up"], { cli: EXECUTABLE }))
    expect(stdout).toContain("Nothing to do")
  },
)

const debian11 = nodeTest(
  () => startLoneNode("operator", "haops-node:bullseye"),
  (node) => void docker("cp", join(PACKAGES, DEB), `${node}:/root/${DEB}`),
)

describe("on a Debian 11 with nothing of ours", () => {
  debian11("the package brings all that haops needs: no Node, but a page for each verb and completion", ({ node }) => {
    sh(node, `apt-get update -qq && apt-get install -qy --no-install-recommends /root/${DEB}`)
    expect(sh(node, "command -v node || haops --version")).toBe(`${version}\n`)
    const files = sh(node, "dpkg -L haops").split("\n")
    const pages = ["haops", "haops-up", "haops-add-node", "haops-lb-drain"]
    expect(files).toEqual(expect.arrayContaining(pages.map((name) => `/usr/share/man/man1/${name}.1.gz`)))
    expect(sh(node, "bash -c '. /usr/share/bash-completion/completions/haops; complete -p haops'")).toContain("_haops")
    expect(sh(node, "haops render hosts -i /usr/share/doc/haops/inventory/minimal.yaml")).toContain(
      "10.0.0.12\tcontroller1\n",
    )
  })

  debian11("and goes without a trace", ({ node }) => {
    sh(node, "apt-get purge -qy haops")
    expect(
      sh(
        node,
        "find / -xdev -name '*haops*' -not -path '/root/*' -not -path '/var/lib/dpkg/*' -not -path '/var/log/*'",
      ),
    ).toBe("")
  })
})

test("the RPM holds the executable as it is", () => {
  const file = join(PACKAGES, RPM)
  const wanted = createHash("sha256").update(readFileSync(EXECUTABLE)).digest("hex")
  const dump = execFileSync("rpm", ["-qp", "--dump", file], { encoding: "utf8" })
  const [line = ""] = dump.split("\n").filter((one) => one.startsWith("/usr/bin/haops "))
  expect(line.split(" ")).toEqual(expect.arrayContaining([wanted, "0100755", "root"]))
  const needs = execFileSync("rpm", ["-qp", "--requires", file], { encoding: "utf8" })
  expect(needs).toMatch(/^glibc >= 2\.28$/m)
})

interface Sbom {
  components: readonly { name: string }[]
}
