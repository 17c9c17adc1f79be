import type { View } from "../../model/view.ts"
import { haproxyConfig } from "../steps/haproxy-config.ts"
import { haproxyBlocks } from "./blocks.ts"
import { checks } from "./checks.ts"
import { haproxyPicture, RUNTIME } from "./picture.ts"

export const view: View = {
  observes: [RUNTIME],
  picture: haproxyPicture,
  lines: haproxyBlocks,
  checks,
  judges: [haproxyConfig],
}
