import { HaopsError } from "../base/errors.ts"
import { askHttp, askTcp } from "../drill/ask.ts"
import type { Fault } from "../drill/fault.ts"
import { previewDrill } from "../drill/preview.ts"
import { addressOf, probedService } from "../drill/probed-service.ts"
import { type Prober, startProber } from "../drill/prober.ts"
import type { RunContext } from "../engine/context.ts"
import { referenceView } from "../membership/reference-view.ts"
import { CIB_ANSWER } from "../pacemaker/cib-probe.ts"
import type { DrillSetup } from "./drill-setup.ts"
import type { DrillOptions } from "./options.ts"
import type { Session } from "./session.ts"

/** Milliseconds after which a request has failed: long enough for a SYN that is sent again after a second. */
const REQUEST_TIMEOUT_MS = 2_000
/** Requests that have to be answered before anything is done. */
const BASELINE = 20

/** A node that holds a VIP fails; the VIP is asked from here. */
export function vipSetup({ inventory, context }: Session, options: DrillOptions, fault: Fault): DrillSetup {
  const aim = probedService(inventory, options)
  return {
    fault,
    preview({ answers, status, checks }, traces) {
      const reference = referenceView(answers)
      const resources = (reference && answers.answer(CIB_ANSWER, reference.host)?.cib.resources) ?? []
      const { target, words } = previewDrill(aim, fault, { inventory, status, checks, resources, traces })
      const start = () =>
        startProber(() =>
          aim.how === "http"
            ? askHttp(addressOf(aim), REQUEST_TIMEOUT_MS)
            : askTcp(aim.vip.address, aim.service.bind.port, REQUEST_TIMEOUT_MS),
        )
      const about = `${aim.vip.name} ${addressOf(aim)}`
      return { target, words, about, service: { name: aim.service.name, at: addressOf(aim) }, start }
    },
    requireAnswers: (prober) => requireAnswers(context, addressOf(aim), prober),
  }
}

/** The VIP is answered from here, or nothing could be measured. */
async function requireAnswers(context: RunContext, at: string, prober: Prober): Promise<void> {
  while (prober.attempts.length < BASELINE && !context.stop.aborted) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (context.stop.aborted) throw new HaopsError("E_CANCELED", "interrupted; nothing was touched")
  const failed = prober.attempts.find(({ ok }) => !ok)
  if (failed === undefined) return
  throw new HaopsError("E_REFUSED", `${at} does not answer from here (${failed.answer}); nothing was touched`, {
    hint: "A drill asks the VIP from this machine. Run it where clients are, or name another --service.",
  })
}
