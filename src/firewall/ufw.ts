import type { Zone } from "./zone.ts"

/**
 * Shell that prints `ufw on` where ufw is enabled and keeps out what it does not name, and then what its own files let in: they are what is in
 * force, and `ufw status` takes ten times as long. `### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in`. Of IPv6, where it minds that, by
 * `ufw6`; and whether it has a word for VRRP, as since 0.36.2.
 */
export const UFW_SCRIPT = `if [ -r /etc/ufw/ufw.conf ] && grep -q '^ENABLED=["'"'"']*yes' /etc/ufw/ufw.conf &&
  ! grep -qs '^DEFAULT_INPUT_POLICY=["'"'"']*ACCEPT' /etc/default/ufw; then
  echo 'ufw on'
  sed -n 's/^### tuple ### /ufw /p' /etc/ufw/user.rules
  grep -qs '^-A ufw-before-input .*-p \\(vrrp\\|112\\) .*ACCEPT' /etc/ufw/before.rules && echo 'ufw allow vrrp any'
  if grep -qs '^IPV6=["'"'"']*yes' /etc/default/ufw; then
    echo 'ufw6 on'
    [ ! -r /etc/ufw/user6.rules ] || sed -n 's/^### tuple ### /ufw6 /p' /etc/ufw/user6.rules
  fi
  grep -qs '"vrrp"' /usr/lib/python3*/*-packages/ufw/util.py && echo 'ufw knows vrrp'
fi
:`

/** Its lines, and by the same name what it lets in. */
export function ufwZones(lines: readonly string[]): readonly Zone[] {
  return lines.length === 0 ? [] : [{ by: "ufw", name: "", opened: lines.flatMap(ufwOpened) }]
}

/** What a line lets in: `22/tcp`, `6000-6007/udp`, `vrrp`. From whom is not judged. */
export function ufwOpened(line: string): readonly string[] {
  const [action = "", protocol = "", ports = "", , , , ...rest] = line.split(" ")
  if (!/^(allow|limit)/.test(action)) return []
  if (protocol === "vrrp") return ["vrrp"]
  if (!rest.some((word) => /^in(_|$)/.test(word))) return []
  const protocols = protocol === "any" ? ["tcp", "udp"] : [protocol]
  if (ports === "any") return [...protocols.map((one) => `1-65535/${one}`), ...(protocol === "any" ? ["vrrp"] : [])]
  return ports.split(",").flatMap((port) => protocols.map((one) => `${port.replace(":", "-")}/${one}`))
}

/** The commands that let ports in. Not every ufw has a word for VRRP, but its file of first rules has. */
export function howToOpenUfw(closed: readonly string[]): string {
  const ports = closed.filter((one) => one !== "vrrp").map((one) => `ufw allow ${one}`)
  const vrrp = "put `-A ufw-before-input -p vrrp -j ACCEPT` before COMMIT in /etc/ufw/before.rules, then: ufw reload"
  const steps = [...(ports.length === 0 ? [] : [ports.join(" && ")]), ...(closed.includes("vrrp") ? [vrrp] : [])]
  return steps.join("; and ")
}
