import { execFile } from "node:child_process"
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import type { LabNode } from "./node.ts"

const run = promisify(execFile)

/** A key pair in `directory`, made by ssh-keygen as an operator would. */
export async function createLoginKey(directory: string): Promise<{ file: string; publicKey: string }> {
  const file = join(directory, "id_ed25519")
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "haops-e2e", "-f", file])
  return { file, publicKey: await readFile(`${file}.pub`, "utf8") }
}

/** A known_hosts file with every host key of every node, read through the engine and not over ssh. Returns its path. */
export async function writeKnownHosts(directory: string, nodes: readonly LabNode[]): Promise<string> {
  const file = join(directory, "known_hosts")
  const lines = await Promise.all(
    nodes.map(async (node) => {
      const keys = await node.must("cat /etc/ssh/ssh_host_*_key.pub")
      return keys
        .trim()
        .split("\n")
        .map((key) => `${node.address} ${key.split(" ").slice(0, 2).join(" ")}\n`)
    }),
  )
  await writeFile(file, lines.flat().join(""))
  return file
}
