import { HaopsError } from "../base/errors.ts"
import { quote, quoteAll } from "../base/sh.ts"
import { type Answer, readAnswer } from "../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile, sha256 } from "../host/file-state.ts"
import { ADDRESSES } from "../host/network.ts"
import type { ProbeOutput } from "../model/probe.ts"
import { type BusValue, readReply, texts } from "./busctl.ts"
import { NFT_SCRIPT, nftZones } from "./nft.ts"
import { POLICY, policyFile, type Rule } from "./policy.ts"
import { UFW_SCRIPT, ufwZones } from "./ufw.ts"
import { readUfw, type UfwState } from "./ufw-rules.ts"
import type { Zone } from "./zone.ts"

/** What the firewalls of a host say. */
export interface FirewallState {
  /** Our policy in firewalld, where that runs and it is ours to keep; `unknown`: it has no policies. */
  own?: OwnPolicy | "unknown" | undefined
  /** Rules of ufw, where it is enabled and keeps something out. */
  ufw?: UfwState
  /** What keeps out all that it does not name: zones of firewalld that the host's addresses are in, and ufw. */
  zones: readonly Zone[]
  /** Our policy is in force, though nobody asked for it any more. */
  left?: boolean
}

export interface OwnPolicy {
  file: FileState
  /** The rules of its rich language that count now; undefined: it has not been loaded. */
  live: readonly string[] | undefined
}

/**
 * Asks over D-Bus, which takes firewalld 17 ms a question, and firewall-cmd half a second. Where it is not installed that costs nothing,
 * and where it does not run a look at its unit.
 */
const ASK = `object=org.fedoraproject.FirewallD1
ask() { busctl call $object /org/fedoraproject/FirewallD1 "$object$@" 2>&1; }
told() {
  case $2 in
  'Call failed: '*) printf '%s failed %s\\n' "$1" "$(printf '%s' "$2" | tail -n 1)" ;;
  *) printf '%s said %s\\n' "$1" "$2" ;;
  esac
}
{ [ -x /usr/sbin/firewalld ] && systemctl --quiet is-active firewalld; } || exit 0`

/** Asks for our policy: as it counts now, and as it is written. */
export function ownPolicyScript(rules: readonly Rule[]): string {
  const { path, content } = policyFile(rules)
  return `${UFW_SCRIPT}
${NFT_SCRIPT}
${ASK}
told policy "$(ask .policy getPolicySettings s ${POLICY})"
${fileScript(path, { unless: sha256(content) })}`
}

/** Throws `E_PROBE` where firewalld runs and does not answer. */
export function parseOwnPolicy({ stdout }: ProbeOutput): FirewallState {
  const answer = readAnswer(stdout, [...BESIDES, "policy", ...FILE_KEYS])
  const said = answer.one("policy")
  const besides = besidesFirewalld(answer)
  if (said === undefined) return besides
  const file = parseFile(answer)
  if (said.includes("INVALID_POLICY")) return { own: { file, live: undefined }, ...besides }
  if (/Unknown(Method|Interface|Object)|No such (method|interface)/i.test(said)) return { own: "unknown", ...besides }
  const settings = readReply(said.replace(/^said /, ""))
  if (settings === undefined) throw new HaopsError("E_PROBE", `firewalld says of its policy ${POLICY}: ${said}`)
  return { own: { file, live: texts(member(settings, "rich_rules")) }, ...besides }
}

/** Asks for the zones that these addresses of the host are in, and those of these interfaces. */
export function zonesScript(addresses: readonly string[], nics: readonly string[]): string {
  return `${UFW_SCRIPT}
${NFT_SCRIPT}
${ASK}
nics=${quote(nics.join(" "))}
addresses=${ADDRESSES}
while read -r _ nic _ address _; do
  for own in ${quoteAll(addresses)}; do
    [ "\${address%/*}" != "$own" ] || nics="$nics $nic"
  done
done <<END
$addresses
END
zones=
for nic in $nics; do
  said=$(ask .zone getZoneOfInterface s "$nic")
  [ "$said" != 's ""' ] || said=$(ask '' getDefaultZone)
  case $said in 's "'*'"') zone=\${said#s \\"}; zone=\${zone%\\"} ;; *) told zone "$said"; continue ;; esac
  case " $zones " in *" $zone "*) continue ;; esac
  zones="$zones $zone"
  said=$(ask .zone getZoneSettings2 s "$zone")
  told "zone $zone" "$said"
  case $said in *'"services" as '*) set -- \${said#*'"services" as '} ;; *) continue ;; esac
  count=$1; shift
  while [ "$count" -gt 0 ]; do
    service=\${1#\\"}; service=\${service%\\"}; shift; count=$((count - 1))
    file=/etc/firewalld/services/$service.xml
    [ -r "$file" ] || file=/usr/lib/firewalld/services/$service.xml
    [ -r "$file" ] || continue
    while read -r line || [ -n "$line" ]; do
      case $line in *'<port '*|*'<protocol '*) printf 'service %s %s\\n' "$service" "$line" ;; esac
    done <"$file"
  done
done
for file in /etc/firewalld/policies/*.xml; do
  [ ! -r "$file" ] || while read -r line || [ -n "$line" ]; do
    case $line in *'<port '*|*'<protocol '*) printf 'other %s\\n' "$line" ;; esac
  done <"$file"
done
if [ -e /etc/firewalld/policies/${POLICY}.xml ]; then echo 'left yes'; fi
exit 0`
}

export function parseZones({ stdout }: ProbeOutput): FirewallState {
  const answer = readAnswer(stdout, [...BESIDES, "zone", "service", "other", "left"])
  const { zones: others, ...ufw } = besidesFirewalld(answer)
  const zones = [...others, ...answer.all("zone").flatMap((line) => zoneOf(line, answer))]
  return { ...ufw, zones, ...(answer.one("left") === undefined ? {} : { left: true }) }
}

/** A zone that could not be read is none that anything can be said of, and neither is one that lets everything in. */
function zoneOf(line: string, answer: Answer): Zone[] {
  const [, name = "", said = ""] = /^(\S+) said (.*)$/.exec(line) ?? []
  const settings = readReply(said)
  const target = member(settings, "target")
  if (target === undefined || target === "ACCEPT") return []
  const services = texts(member(settings, "services"))
  const ports = member(settings, "ports")
  const pairs = Array.isArray(ports) ? ports.map((pair) => texts(pair).join("/")) : []
  const ofServices = answer.all("service").filter((one) => services.includes(one.split(" ")[0] ?? ""))
  const accepted = texts(member(settings, "rich_rules")).filter((rule) => / accept\b/.test(rule))
  const written = [...ofServices, ...answer.all("other"), ...accepted].flatMap(openedBy)
  return [{ by: "firewalld", name, opened: [...pairs, ...texts(member(settings, "protocols")), ...written] }]
}

/** What a line of a service's or a policy's file names, or a rule: `<port protocol="tcp" port="2224"/>`, `protocol value="vrrp"`. */
function openedBy(line: string): readonly string[] {
  const ports = [...line.matchAll(/\bport (?=[^<>]*\bport="([\d-]+)")(?=[^<>]*\bprotocol="(\w+)")/g)]
  const protocols = [...line.matchAll(/\bprotocol value="(\w+)"/g)]
  return [...ports.map(([, port, protocol]) => `${port}/${protocol}`), ...protocols.map(([, name = ""]) => name)]
}

const BESIDES = ["ufw", "ufw6", "nft"]

/** Of other firewalls than firewalld. */
function besidesFirewalld(answer: Answer): FirewallState {
  const lines = answer.all("ufw")
  const ufw = readUfw(lines, answer.all("ufw6"))
  const zones = [...ufwZones(lines), ...nftZones(answer.all("nft"))]
  return ufw === undefined ? { zones } : { ufw, zones }
}

function member(value: BusValue | undefined, key: string): BusValue | undefined {
  return typeof value === "object" && !Array.isArray(value)
    ? (value as Readonly<Record<string, BusValue>>)[key]
    : undefined
}
