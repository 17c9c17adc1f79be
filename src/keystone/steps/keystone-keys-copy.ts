import type { Drift } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { askAll, partsOf } from "../../host/sections.ts"
import { defineJointStep, type Members } from "../../model/step.ts"
import { bindKeystone, type KeystoneWant } from "../bind.ts"
import { takeKeys } from "../key-scripts.ts"
import { KEYS_DIRECTORY, type KeystoneState, keystoneProbe, OFFER } from "../state.ts"
import { keysOf, keysWords } from "./keystone-keys.ts"

interface CopyState extends KeystoneState {
  /** The keys, where the host offers them: a tar archive, in base64. */
  offer: Secret | undefined
}

/** The keys of the member that offers them, on all others. */
export const keystoneKeysCopy = defineJointStep<KeystoneWant, CopyState>({
  kind: "keystone-keys-copy",
  summary: "the whole of Keystone's Fernet keys, from the member that offers them to those that have others",
  bind: bindKeystone,
  title: () => "Keystone's keys on all hosts",
  probe({ address, database }) {
    const { shared = [], script, parse } = keystoneProbe(address, database.name)
    return {
      shared,
      script: askAll({ state: script, offer: OFFER_SCRIPT }),
      parse({ stdout, stderr }) {
        const { state, offer } = partsOf(stdout, ["state", "offer"])
        return { ...parse({ stdout: state, stderr }), offer: offer === "" ? undefined : new Secret(offer) }
      },
    }
  },
  check(_want, members) {
    const { host, have } = members.elected
    const what = keysOf(members)
    const drift = (want: string): Drift => ({ attribute: "Fernet keys", have: keysWords(have), want, risk: "none" })
    if (what.act === "make" && what.host !== host) return [{ ...drift(`those of ${what.host}`), expected: true }]
    if (what.act !== "share" || !what.others.includes(host)) return []
    return [{ ...drift(`those of ${what.source}`), ...(offerOf(members) === undefined ? { expected: true } : {}) }]
  },
  plan(_want, members) {
    const offer = offerOf(members)
    return offer === undefined ? [] : [takeKeys(offer)]
  },
})

/** Whole numbers alone: nothing that is half written. A host may have lost its keys, or left, since it offered them. */
const OFFER_SCRIPT = `if [ -e ${KEYS_DIRECTORY}/0 ] && [ -n "$(find ${OFFER} -mmin -15 2>/dev/null)" ]; then
  (cd ${KEYS_DIRECTORY} && ls | grep -E '^[0-9]+$' | tar -c -f - -T - | base64 -w0) || exit
fi`

function offerOf(members: Members<CopyState>): Secret | undefined {
  const what = keysOf(members)
  return what.act === "share" ? members.all.find(({ host }) => host === what.source)?.have.offer : undefined
}
