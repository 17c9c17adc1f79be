import { HaopsError } from "../../base/errors.ts"
import { descendants, type Element, parseXml } from "../xml.ts"

/** A node that was fenced, as the cluster remembers it. */
export interface FenceEvent {
  /** `success`, `failed`, `pending`. */
  status: string
  /** `reboot`, `off`, `on`. */
  action: string
  target: string
  /** Who asked: a program and its process, such as `stonith_admin.4711` or `pacemaker-controld.812`. */
  client: string
  /** The node on which it was asked for. */
  origin: string
  /** The node whose device did it. */
  delegate?: string | undefined
  completed?: string | undefined
}

/** What `stonith_admin --history NODE --output-as=xml` says, in its order. Throws `E_PROBE` where that is not understood. */
export function parseFenceHistory(xml: string): readonly FenceEvent[] {
  return elementsIn(xml, "fence_event").map(({ attributes }) => ({
    status: attributes.status ?? "",
    action: attributes.action ?? "",
    target: attributes.target ?? "",
    client: attributes.client ?? "",
    origin: attributes.origin ?? "",
    delegate: attributes.delegate,
    completed: attributes.completed,
  }))
}

/** What `stonith_admin --list NODE --output-as=xml` says: devices that cover the node. Throws `E_PROBE` where that is not understood. */
export function parseFenceDevices(xml: string): readonly string[] {
  // The only answer of pacemaker's in which text stands between tags; names of devices are ids of XML.
  elementsIn(xml, "item")
  return [...xml.matchAll(/<item\b[^>]*>([^<]*)<\/item>/g)].map(([, name]) => name!.trim())
}

function elementsIn(xml: string, name: string): readonly Element[] {
  try {
    return [...descendants(parseXml(xml))].filter((one) => one.name === name)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new HaopsError("E_PROBE", `stonith_admin was not understood: ${why}`)
  }
}
