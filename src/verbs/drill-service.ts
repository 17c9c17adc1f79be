import { HaopsError } from "../base/errors.ts"
import { COMPONENTS } from "../components.ts"
import type { Fault } from "../drill/fault.ts"
import { refused } from "../drill/preview.ts"
import type { Prober } from "../drill/prober.ts"
import { serviceRefusals } from "../drill/refusals.ts"
import { type RemoteProber, startRemoteProber } from "../drill/remote-prober.ts"
import type { ServiceAim, ServiceDrill } from "../model/drill.ts"
import type { DrillSetup } from "./drill-setup.ts"
import type { DrillOptions } from "./options.ts"
import type { Session } from "./session.ts"

/** Requests that have to be answered before anything is done. */
const BASELINE = 10

/** A service fails on one of its hosts, as its component says; a client of its own asks from another one. */
export async function serviceSetup(session: Session, options: DrillOptions, kind: string): Promise<DrillSetup> {
  if (options.vip !== undefined || options.service !== undefined)
    throw new HaopsError("E_INPUT", `${kind} is about a service by itself: leave out --vip and --service`)
  const drills = await Promise.all(COMPONENTS.map((component) => component.drills?.() ?? []))
  const drill = drills.flat().find((one) => one.kind === kind)
  if (drill === undefined) throw new HaopsError("E_BUG", `no component brings ${kind}`)
  const { inventory } = session
  const [vip] = inventory.vips
  if (vip === undefined) throw new HaopsError("E_INPUT", `${inventory.file} has no VIP`)
  return {
    fault: faultOf(drill),
    preview({ answers, status, checks }, traces) {
      const against = serviceRefusals({ inventory, status, checks, traces, resources: [] })
      const aim = drill.aim(answers)
      if (against.length > 0 || typeof aim === "string")
        throw refused([...against, ...(typeof aim === "string" ? [aim] : [])])
      const { node, service, words } = aim
      return {
        ...{ service, words },
        target: { node, vip, vips: [], haproxy: undefined },
        about: `${service.name} at ${service.at}`,
        start: () => start(session, aim),
        changes: ({ outageMs }) => ({
          ...{ attribute: service.name, have: `also on ${node}`, risk: "failover" },
          want: `without it, and back; no answer for ${outageMs} ms`,
        }),
      }
    },
    requireAnswers: (prober) => requireAnswers(session, prober as RemoteProber),
    kept: (prober) => (prober as RemoteProber).kept() ?? "unknown",
  }
}

function faultOf({ kind, effect, announce, script, undo }: ServiceDrill): Fault {
  return {
    ...{ kind, effect, managers: ["pacemaker", "keepalived"], losesMember: false, splits: false },
    ...{ moves: false, mutes: "nothing" },
    announce: ({ node }) => announce(node),
    script: () => script,
    undo: () => undo,
  }
}

function start({ context, secret }: Session, { client }: ServiceAim): Prober {
  const transport = context.world.get(client.host)?.transport
  if (transport === undefined) throw new HaopsError("E_BUG", `no connection to ${client.host}`)
  return startRemoteProber(transport, client, secret, context.abort)
}

async function requireAnswers({ context }: Session, prober: RemoteProber): Promise<void> {
  while (prober.attempts.length < BASELINE && prober.error() === undefined && !context.stop.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (context.stop.aborted) throw new HaopsError("E_CANCELED", "interrupted; nothing was touched")
  const failed = prober.error()?.message ?? prober.attempts.find(({ ok }) => !ok)?.answer
  if (failed === undefined) return
  throw new HaopsError("E_REFUSED", `the service does not answer its client (${failed}); nothing was touched`)
}
