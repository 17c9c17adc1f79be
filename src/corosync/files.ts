import { clusterWant } from "../membership/cluster-want.ts"
import { pacemakerOn } from "../membership/nodes.ts"
import { AUTHKEY_FILE, authkeyOf, isEncrypted } from "../membership/steps/cluster-files.ts"
import type { NodeFile, NodeFiles } from "../model/node-file.ts"
import { putCorosyncConf } from "./put-corosync-conf.ts"
import { renderCorosyncConf } from "./render.ts"

const AUTO = "where crmsh is the node's shell; pcs founds a cluster by files of its own"

/** As they found a cluster. Of one that is there haops edits the options that differ, and keeps the rest. */
export const files: NodeFiles = (context) => {
  const cluster = clusterWant(context)
  if (cluster === undefined) return []
  if (cluster.shell === "pcs") return [{ ...conf(), note: PCS }]
  const { inventory, host, secret } = context
  const key = () => authkeyOf(cluster.name, secret(pacemakerOn(inventory, host)!.password)).reveal()
  const note = cluster.shell === "auto" ? `${AUTO}; ${EDITED}` : EDITED
  return [
    { ...conf(), content: () => renderCorosyncConf(cluster), note },
    ...(isEncrypted(cluster)
      ? [
          {
            name: "authkey",
            ...AUTHKEY_FILE,
            content: key,
            masked: "whole" as const,
            ...(cluster.shell === "auto" && { note: AUTO }),
          },
        ]
      : []),
  ]
}

const EDITED = "in a cluster that is there, only what differs is edited"
const PCS = `pcs founds the cluster by a file of its own; ${EDITED}`

function conf(): Omit<NodeFile, "content"> {
  const { path, mode, owner } = putCorosyncConf("")
  return { name: "corosync", path, mode, owner }
}
