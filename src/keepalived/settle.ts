import { connectScript, settleScript } from "../membership/wait-script.ts"
import type { Action } from "../model/action.ts"

/** keepalived starts with two good answers of haproxy and three silent intervals of its peers. */
const LIMIT_S = 30

interface Settling {
  /** Shell that exits 0 once this host may have the VIPs, as that haproxy answers on it. Default: it may at once. */
  ready?: string | undefined
  /** Where the VIPs answer, as far as ports are known. */
  vips: readonly { address: string; port: number }[]
  /** VRRP's interval. */
  advertMs: number
}

/**
 * Waits until the VIPs answer, and an election longer: hosts that start together may both have one for a moment, until the higher
 * priority is heard. It exits 0 either way: what counts is the probe that follows.
 */
export function settle({ ready, vips, advertMs }: Settling): Action {
  const answers = vips.map(({ address, port }) => connectScript(address, port))
  const script = [...(ready === undefined ? [] : [ready]), ...answers].join(" && ")
  // Where no VIP can be asked, one host may still have to wait for three intervals without a word.
  const quietMs = 1000 + (vips.length === 0 ? 4 : 1) * advertMs
  return {
    type: "run",
    argv: ["sh", "-c", `${settleScript(script || "true", LIMIT_S)}\nsleep ${quietMs / 1000}`],
    timeoutMs: (LIMIT_S + 60) * 1000 + quietMs,
    label: `wait until the VIPs answer, at most ${LIMIT_S} s`,
  }
}
