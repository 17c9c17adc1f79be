import { execFileSync, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { labLabels } from "./labels.ts"

const ENGINE = fileURLToPath(new URL("../../../docker/engine.sh", import.meta.url))

/** Boots a node by itself, for what a test does on it without ssh and haops. Returns the container's id. */
export function startLoneNode(hostname: string, image: string): string {
  const options = execFileSync("sh", ["-c", '. "$1"; node_options', "sh", ENGINE], { encoding: "utf8" })
  const labels = Object.entries(labLabels()).map(([name, value]) => `--label=${name}=${value}`)
  const node = docker("run", "--detach", `--hostname=${hostname}`, ...labels, ...options.trim().split("\n"), image)
  sh(node.trim(), "until systemctl list-units >/dev/null 2>&1; do sleep 0.1; done")
  return node.trim()
}

/** Removes it, unless somebody wants to look around in it. */
export function leaveLoneNode(node: string): void {
  if (process.env.HAOPS_E2E_KEEP === undefined) docker("rm", "--force", "--volumes", node)
  else process.stderr.write(`The node is kept: docker exec -it ${node.slice(0, 12)} bash\n`)
}

export function docker(...words: string[]): string {
  return execFileSync("docker", words, { encoding: "utf8" })
}

/** Runs a script on the node; throws where it fails. */
export function sh(node: string, script: string, stdin = ""): string {
  const options = { input: stdin, encoding: "utf8", maxBuffer: 1e8 } as const
  const result = spawnSync("docker", ["exec", "-i", node, "sh", "-c", script], options)
  if (result.status !== 0) throw new Error(`${script}\nexited ${result.status}\n${result.stdout}${result.stderr}`)
  return result.stdout
}
