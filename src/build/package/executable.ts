import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { root } from "./root.ts"

/** The architecture as Node, Debian and RPM call it. */
export const ARCHITECTURES = {
  x64: { deb: "amd64", rpm: "x86_64" },
  arm64: { deb: "arm64", rpm: "aarch64" },
} as const
export type Architecture = keyof typeof ARCHITECTURES

/** The Node that is in the executable, with the checksums of npm's packages of it. The first release line that makes executables itself. */
const NODE = {
  version: "26.12.1",
  x64: "jk5LMAmgHlPlPMWpsUrSOqNaEZG+11UNd35hWQ+p5/XGaelWuTqJ69IcAy/5xtPPN4d5ZRBNOGB6gLMCh2kL9A==",
  arm64: "8Oxs6Y7rDcKufVIM/zYRSwytj46WOrZk7yFCLTKDcs17bBjAeD9HMAqo97hMfMyxozIud0S4vZCs5WB/3iavNQ==",
} as const

/** Where what was fetched is kept, for the next time. */
const FETCHED = join(root, "dist/node")

/**
 * haops and Node in one file that is executable: the bundle and what it reads of its package are in it. Needs glibc 2.28 or later, libstdc++
 * and libatomic, as Node itself does.
 */
export function buildExecutable(architecture: Architecture, output: string): void {
  const host = process.arch as Architecture
  const config = {
    main: bundle(),
    executable: nodeOf(architecture),
    output,
    disableExperimentalSEAWarning: true,
    // What V8 compiles is for its own processor alone.
    useCodeCache: architecture === host,
    assets: Object.fromEntries(packaged().map((path) => [path, join(root, path)])),
  }
  const file = `${output}.json`
  writeFileSync(file, JSON.stringify(config))
  // It reads only what its own release has written.
  execFileSync(nodeOf(host), [`--build-sea=${file}`], { stdio: ["ignore", "ignore", "inherit"] })
}

/** What `packageFile` is asked for. */
function packaged(): readonly string[] {
  const playbooks = readdirSync(join(root, "playbooks")).filter((name) => name.endsWith(".yaml"))
  return ["package.json", ...playbooks.map((name) => `playbooks/${name}`)]
}

function bundle(): string {
  const directory = join(root, "dist/bundle")
  const name = readdirSync(directory).find((file) => file.endsWith(".cjs"))
  if (name === undefined) throw new Error("dist/ has no bundle: npm run build makes it")
  return join(directory, name)
}

export function nodeLicense(): string {
  return readFileSync(join(dirname(nodeOf(process.arch as Architecture)), "../LICENSE"), "utf8")
}

/** Node's own program for this architecture, from npm's package of it. */
function nodeOf(architecture: Architecture): string {
  const directory = join(FETCHED, `${NODE.version}-${architecture}`)
  const program = join(directory, "package/bin/node")
  if (existsSync(program)) return program
  const partial = `${directory}.${process.pid}`
  mkdirSync(partial, { recursive: true })
  const name = `node-linux-${architecture}@${NODE.version}`
  const [packed] = JSON.parse(npm("pack", name, "--json", `--pack-destination=${partial}`)) as { filename: string }[]
  const tarball = join(partial, packed!.filename)
  const sum = createHash("sha512").update(readFileSync(tarball)).digest("base64")
  if (sum !== NODE[architecture]) throw new Error(`${name} is not what it was: its checksum is sha512-${sum}`)
  execFileSync("tar", ["-xzf", tarball, "-C", partial, "package/bin/node", "package/LICENSE"])
  renameSync(partial, directory)
  return program
}

export function npm(...words: readonly string[]): string {
  return execFileSync("npm", words, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 1e8,
  })
}
