import type { NodeFiles } from "../model/node-file.ts"
import { LAST_APPLIED_FILE } from "./ownership.ts"
import { cibRecord } from "./steps/cib-record.ts"

export const files: NodeFiles = (context) =>
  cibRecord.bind!(context) === undefined
    ? []
    : [
        {
          name: "pacemaker",
          ...LAST_APPLIED_FILE,
          note: "which objects of the CIB haops made: it hangs on what is there. The CIB itself is no file of haops'; `haops plan` shows what changes in it",
        },
      ]
