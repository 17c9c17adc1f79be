import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { createProgram } from "../program.ts"
import { buildDeb } from "./package/deb.ts"
import { ARCHITECTURES, type Architecture, buildExecutable, npm } from "./package/executable.ts"
import { manPages } from "./package/man.ts"
import { root } from "./package/root.ts"
import { buildRpm } from "./package/rpm.ts"
import { sbomOf } from "./package/sbom.ts"
import { layTree } from "./package/tree.ts"

const OUTPUT = join(root, "dist/packages")
const TOOLS = { "dpkg-deb": "dpkg", rpmbuild: "rpm" } as const

/**
 * `npm run package [-- x64] [-- arm64]`: what a person installs, in dist/packages: for each architecture the executable, a .deb and a .rpm,
 * and for all of them the SBOM and SHA256SUMS.
 */
async function main(architectures: readonly Architecture[]): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  const { version, description, license } = manifest as Record<"version" | "description" | "license", string>
  rmSync(OUTPUT, { recursive: true, force: true })
  mkdirSync(OUTPUT, { recursive: true })
  const pages = manPages(createProgram({ exit: 0, options: {} }), version)
  const scratch = mkdtempSync(join(tmpdir(), "haops-package-"))
  try {
    for (const architecture of architectures) {
      const names = ARCHITECTURES[architecture]
      const product = { version, description, license, names }
      const built = join(scratch, `haops-${architecture}`)
      buildExecutable(architecture, built)
      const tree = join(scratch, `tree-${architecture}`)
      layTree(tree, built, pages)
      copyFileSync(built, join(OUTPUT, `haops-${version}-linux-${architecture}`))
      buildDeb(product, tree, join(OUTPUT, `haops_${version}_${names.deb}.deb`))
      buildRpm(product, tree, join(OUTPUT, `haops-${version}-1.${names.rpm}.rpm`))
    }
  } finally {
    rmSync(scratch, { recursive: true })
  }
  const installed = npm("sbom", "--sbom-format=cyclonedx")
  writeFileSync(join(OUTPUT, `haops-${version}.sbom.json`), sbomOf(installed, Object.keys(manifest.dependencies)))
  await writeSums()
}

async function writeSums(): Promise<void> {
  const lines: string[] = []
  for (const name of readdirSync(OUTPUT).sort()) {
    const hash = createHash("sha256")
    await pipeline(createReadStream(join(OUTPUT, name)), hash)
    lines.push(`${hash.digest("hex")}  ${name}\n`)
  }
  writeFileSync(join(OUTPUT, "SHA256SUMS"), lines.join(""))
  process.stdout.write(lines.join(""))
}

/** What is missing is told before the first is built. */
function missing(): readonly string[] {
  const absent = Object.entries(TOOLS).filter(([tool]) => spawnSync(tool, ["--version"]).error !== undefined)
  return absent.map(([tool, owner]) => `${tool} is not here: it is in Debian's package ${owner}`)
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(ARCHITECTURES, name))
const wrong = [...unknown.map((name) => `${name} is no architecture: x64 and arm64 are`), ...missing()]
if (wrong.length > 0) {
  process.stderr.write(`${wrong.join("\n")}\n`)
  process.exitCode = 64
} else await main((asked.length > 0 ? asked : Object.keys(ARCHITECTURES)) as Architecture[])
