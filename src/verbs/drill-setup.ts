import type { Drift } from "../base/events.ts"
import type { Fault } from "../drill/fault.ts"
import type { DrillPreview } from "../drill/preview.ts"
import type { Prober } from "../drill/prober.ts"
import type { Kept } from "../drill/remote-prober.ts"
import type { DrillReport } from "../drill/report.ts"
import type { Inspection } from "./inspect.ts"

/** What tells one drill from another: the fault, whom it hits, and who asks. */
export interface DrillSetup {
  fault: Fault
  /** What the latest look says of it. Throws `E_REFUSED` with everything that stands against it. */
  preview(inspection: Inspection, traces: readonly string[]): SetupPreview
  /** All is answered before anything is done, or nothing could be measured. */
  requireAnswers(prober: Prober): Promise<void>
  kept?(prober: Prober): Kept | "unknown" | undefined
}

export interface SetupPreview extends DrillPreview {
  /** What is asked, for people. */
  about: string
  service: { name: string; at: string }
  start(): Prober
  /** What it came to, for the journal. Default: where the VIP has gone. */
  changes?: ((report: DrillReport) => Drift) | undefined
}
