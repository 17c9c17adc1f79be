import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { promisify } from "node:util"
import { labLabels } from "./labels.ts"
import { docker, sh } from "./lone-node.ts"

const SCRIPT = readFileSync(new URL("corosyncs.sh", import.meta.url), "utf8")

/** A container in which corosync runs alone, once for each member of several clusters; no systemd, no pacemaker. */
export function startCorosyncs(image: string): string {
  const labels = Object.entries(labLabels()).flatMap(([key, value]) => ["--label", `${key}=${value}`])
  const capabilities = ["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE"]
  const security = ["--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined"]
  const place = ["--network", "none", "--shm-size", "1g", "--init", "--entrypoint", "sleep"]
  const container = docker("run", "-d", ...labels, ...capabilities, ...security, ...place, image, "infinity").trim()
  sh(container, "cat >/corosyncs.sh", SCRIPT)
  return container
}

/** Runs a line with functions of corosyncs.sh for one of the clusters, which are numbered from 0. */
export function corosyncs(container: string, cluster: number): (line: string) => Promise<string> {
  const setting = `set -eu; cluster=${"abcdefgh"[cluster]} number=${cluster}; . /corosyncs.sh`
  return async (line) => {
    const words = ["exec", container, "sh", "-c", `${setting}; ${line}`]
    return (await promisify(execFile)("docker", words)).stdout
  }
}
