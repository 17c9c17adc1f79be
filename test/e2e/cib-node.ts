import { execFileSync, spawnSync } from "node:child_process"

/** Boots a node of its own, in whose CIB files or one-node cluster a test works. */
export function start(name: string, image: string): void {
  docker("rm", "-f", "-v", name)
  const security = ["--security-opt", "seccomp=unconfined", "--security-opt", "systempaths=unconfined"]
  const systemd = ["--tmpfs", "/run", "--tmpfs", "/run/lock", "--tmpfs", "/tmp", "--stop-signal", "SIGRTMIN+3"]
  const cgroup = ["-v", "/sys/fs/cgroup:/sys/fs/cgroup:ro"]
  const capabilities = ["--cap-add", "ALL", "--cap-drop", "SYS_RESOURCE"]
  docker("run", "-d", "--name", name, "--hostname", name, ...capabilities, ...security, ...systemd, ...cgroup, image)
  sh(name, "until systemctl list-units >/dev/null 2>&1; do sleep 0.1; done")
}

export function docker(...words: string[]): string {
  return execFileSync("docker", words, { encoding: "utf8" })
}

/** Runs a script on the node; throws where it fails. */
export function sh(container: string, script: string, stdin = ""): string {
  const options = { input: stdin, encoding: "utf8", maxBuffer: 1e8 } as const
  const result = spawnSync("docker", ["exec", "-i", container, "sh", "-c", script], options)
  if (result.status !== 0) throw new Error(`${script}\nexited ${result.status}\n${result.stdout}${result.stderr}`)
  return result.stdout
}
