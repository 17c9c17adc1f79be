import { HaopsError } from "../base/errors.ts"
import type { Observed } from "../model/view.ts"
import { FINGERPRINT } from "./fingerprint.ts"

interface CibCopy {
  version: string
  /** Of its configuration. */
  digest: string
}

/** `--local`: the copy that this node holds, and not that of the controller. */
const CIB_SCRIPT = `if cib=$(timeout 20 cibadmin -Q --local 2>/dev/null); then
  printf '%s\\n' "$cib" | sed -n 's/^<cib .*/&/p'
  printf '%s\\n' "$cib" | ${FINGERPRINT}
fi`

/** The node's own copy of the CIB; undefined unless the cluster runs. */
export const CIB_COPY: Observed<CibCopy | undefined> = {
  name: "cib",
  script: ({ deep }) => (deep ? CIB_SCRIPT : undefined),
  parse,
}

function parse(text: string): CibCopy | undefined {
  if (text === "") return undefined
  const [head = "", digest = ""] = text.split("\n")
  const number = (key: string) => new RegExp(` ${key}="(\\d+)"`).exec(head)?.[1]
  const [admin, epoch, updates] = ["admin_epoch", "epoch", "num_updates"].map(number)
  if (admin === undefined || epoch === undefined || updates === undefined || !/^[0-9a-f]{64}$/.test(digest)) {
    throw new HaopsError("E_PROBE", `not the head of a CIB: ${JSON.stringify(text.slice(0, 80))}`)
  }
  // Updates of the status are on their way all the time: two nodes asked in one second may differ in them and agree.
  return { version: `${admin}.${epoch}`, digest }
}
