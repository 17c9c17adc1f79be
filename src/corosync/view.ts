import type { View } from "../model/view.ts"
import { QUORUM } from "./quorum-observed.ts"

export const view: View = { observes: [QUORUM] }
