import { hostPort } from "../base/address.ts"
import { quote } from "../base/sh.ts"
import type { WaitAction } from "../model/action.ts"
import { KEYSTONE_PORT } from "./settings.ts"

/** Shell that exits 0 where Keystone itself answers: its processes take connections before they have loaded it. */
export function answerScript(address: string, seconds: number): string {
  const program = `import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1], timeout=${seconds}).read()`
  return `python3 -c ${quote(program)} ${quote(`http://${hostPort(address, KEYSTONE_PORT)}/v3`)} 2>/dev/null`
}

export function awaitAnswer(address: string): WaitAction {
  return {
    type: "wait",
    for: `Keystone to answer on ${address}`,
    script: answerScript(address, 60),
    timeoutMs: 180_000,
    hint: "See: journalctl -u keystone -n 50, and /var/log/keystone/keystone.log.",
  }
}
