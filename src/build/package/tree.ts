import { execFileSync } from "node:child_process"
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { gzipSync } from "node:zlib"
import { nodeLicense } from "./executable.ts"
import type { ManPage } from "./man.ts"
import { root } from "./root.ts"

const COMPLETIONS = {
  bash: "usr/share/bash-completion/completions/haops",
  fish: "usr/share/fish/vendor_completions.d/haops.fish",
} as const

/** What a package installs, below `directory`: the executable, man pages, completions, and what there is to read. */
export function layTree(directory: string, executable: string, pages: readonly ManPage[]): void {
  const put = (path: string, content: string | Buffer) => {
    const file = join(directory, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    chmodSync(file, 0o644)
  }
  for (const { file, text } of pages) put(`usr/share/man/man1/${file}.gz`, gzipSync(text))
  for (const [shell, path] of Object.entries(COMPLETIONS)) put(path, completion(shell))
  const examples = readdirSync(join(root, "inventory")).filter((name) => name.endsWith(".yaml"))
  const texts = ["README.md", "inventory/README.md", "inventory/REFERENCE.md", "playbooks/README.md"]
  for (const name of [...texts, ...examples.map((file) => `inventory/${file}`)]) {
    put(`usr/share/doc/haops/${name}`, readFileSync(join(root, name)))
  }
  put("usr/share/doc/haops/copyright", copyright())
  mkdirSync(join(directory, "usr/bin"), { recursive: true })
  copyFileSync(executable, join(directory, "usr/bin/haops"))
  chmodSync(join(directory, "usr/bin/haops"), 0o755)
}

function copyright(): string {
  const { license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { license: string }
  return `haops: ${license}.\nThe libraries in it and their licenses are listed in the SBOM beside the package.\n\nNode.js, in the same file:\n\n${nodeLicense()}`
}

/** Said by the bundle, which runs on every machine that builds. */
function completion(shell: string): string {
  return execFileSync(process.execPath, [join(root, "dist/cli.cjs"), "completion", shell], { encoding: "utf8" })
}
