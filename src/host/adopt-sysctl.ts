import { quote } from "../base/sh.ts"

/** What people set by hand for a load balancer, and haops sets as well. */
const NAMES = [
  "net.ipv4.ip_nonlocal_bind",
  "net.ipv6.ip_nonlocal_bind",
  "net.ipv4.ip_forward",
  "net.ipv6.conf.all.forwarding",
]

/** Haops' own file is taken whole. */
const OWN = "/etc/sysctl.d/99-haops.conf"

const pattern = quote(
  `^[[:space:]]*-?[[:space:]]*(${NAMES.map((name) => name.replaceAll(".", "[./]")).join("|")})[[:space:]]*=`,
)

/** Shell that prints the lines of sysctl's files that an inventory would say, in the order in which they count at boot. */
export const ADOPTED_SYSCTL = `for file in /etc/sysctl.d/*.conf; do
  if [ "$file" = ${OWN} ]; then sed -n '/^[a-z]/p' "$file"; elif [ -f "$file" ]; then grep -E ${pattern} "$file" || :; fi
done
if [ -f /etc/sysctl.conf ] && [ ! -e /etc/sysctl.d/99-sysctl.conf ]; then grep -E ${pattern} /etc/sysctl.conf || :; fi`

/** Kernel parameters that the hosts' files set; those in which hosts differ are left out, and told of. */
export function adoptSysctl(answers: readonly { host: string; lines: string }[]): {
  settings: Readonly<Record<string, string>>
  differing: readonly string[]
} {
  const all = answers.map(({ lines }) => settingsOf(lines))
  const names = [...new Set(all.flatMap((one) => [...one.keys()]))]
  const same = names.filter((name) => new Set(all.map((one) => one.get(name))).size === 1)
  return {
    settings: Object.fromEntries(same.map((name) => [name, all[0]!.get(name)!])),
    differing: names.filter((name) => !same.includes(name)),
  }
}

function settingsOf(lines: string): ReadonlyMap<string, string> {
  const pairs = lines.split("\n").flatMap((line): [string, string][] => {
    const equals = line.indexOf("=")
    const name = line.slice(0, Math.max(equals, 0)).replace(/^\s*-/, "").trim().replaceAll("/", ".")
    return name === ""
      ? []
      : [
          [
            name,
            line
              .slice(equals + 1)
              .trim()
              .replaceAll(/\s+/g, " "),
          ],
        ]
  })
  return new Map(pairs)
}
