import { isIPv6 } from "node:net"
import { hostPort } from "../base/address.ts"
import { quote } from "../base/sh.ts"
import type { RunAction } from "../model/action.ts"
import { KEYSTONE_PORT } from "./settings.ts"
import { UNIT } from "./state.ts"

/** In seconds: how long requests under way are waited for, and how long new connections are held at most, by the kernel's own clock. */
const DRAIN_S = 5
const HOLD_S = 15

/** `await SECONDS COMMAND...`: until the command succeeds, or that time. */
const AWAIT = `await() {
  end=$(($(date +%s) + $1))
  shift
  until "$@" || [ "$(date +%s)" -ge "$end" ]; do sleep 0.05; done
}`

function answered(address: string): string {
  const at = quote(hostPort(address, KEYSTONE_PORT))
  return `answered() { [ -z "$(ss -Htn state syn-recv state established state close-wait "( src "${at}" )")" ]; }`
}

const LET_GO = "nft delete table inet haops_keystone 2>/dev/null || :"

/** Waits until no request is under way, but not for ever. */
export function awaitIdle(address: string): RunAction {
  return {
    type: "run",
    argv: ["sh", "-c", `set -eu\n${AWAIT}\n${answered(address)}\nawait ${DRAIN_S} answered`, "haops-keystone"],
    label: `wait until Keystone has answered what is under way, ${DRAIN_S} s at most`,
  }
}

/**
 * Restarts Keystone between two requests: one that is under way when it stops would be lost, and who comes without haproxy, or by one that
 * has no other server, still sends new ones. So new connections are held (their SYN is dropped, which is sent again a second later) until
 * the old ones have ended and Keystone listens again, where they wait for it. By nftables, whose set lets go of the address by itself;
 * where it cannot be used nothing is held.
 */
export function restartHeld(address: string): RunAction {
  const version = isIPv6(address) ? 6 : 4
  const script = `set -eu
${AWAIT}
${answered(address)}
hold() {
  command -v nft >/dev/null && nft -f - <<end
table inet haops_keystone
delete table inet haops_keystone
table inet haops_keystone {
  set held { type ipv${version}_addr; flags timeout; elements = { ${address} timeout ${HOLD_S}s } }
  chain incoming {
    type filter hook input priority -300;
    ${version === 6 ? "ip6" : "ip"} daddr @held tcp dport ${KEYSTONE_PORT} tcp flags & (syn | ack) == syn drop
  }
}
end
}
listens() { [ -n "$(ss -Htln "( src "${quote(hostPort(address, KEYSTONE_PORT))}" )")" ]; }
if hold; then
  trap ${quote(LET_GO)} EXIT
  trap 'exit 143' TERM INT HUP
  await ${DRAIN_S} answered
fi
systemctl restart -- ${UNIT}
await 10 listens`
  return {
    type: "run",
    argv: ["sh", "-c", script, "haops-keystone"],
    timeoutMs: 120_000,
    label: `systemctl restart -- ${UNIT}, once no request is under way`,
  }
}
