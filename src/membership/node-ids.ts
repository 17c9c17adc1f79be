import { COROSYNC_CONF } from "../corosync/conf-probe.ts"
import type { RunAction } from "../model/action.ts"
import type { MemberNode } from "./nodes.ts"

/** True where the ids are 1, 2, 3 …: those that every shell gives. */
export function numberedInOrder(nodes: readonly MemberNode[]): boolean {
  return nodes.every(({ nodeid }, index) => nodeid === index + 1)
}

/** Arguments are the file and `name=id` for each node. A `node` block is held back until its end, because its name can stand before or after its id. */
const REWRITE = `
set -eu
conf=$1; shift
new=$(mktemp -- "$conf.XXXXXX")
trap 'rm -f -- "$new"' EXIT
awk -v pins="$*" '
  BEGIN { count = split(pins, list, " "); for (i = 1; i <= count; i++) { split(list[i], pin, "="); ids[pin[1]] = pin[2] } }
  /^[ \\t]*node[ \\t]*\\{/ { inside = 1; held = 0; name = "" }
  !inside { print; next }
  { lines[++held] = $0; if ($1 == "name:") name = $2 }
  /\\}/ {
    for (i = 1; i <= held; i++) {
      if (name in ids) sub(/nodeid:.*/, "nodeid: " ids[name], lines[i])
      print lines[i]
    }
    inside = 0
  }
' "$conf" >"$new"
chmod 644 -- "$new"
mv -f -- "$new" "$conf"
`

/** Writes the nodes' ids into the corosync.conf of the node it runs on. Only for a cluster that has never been started. */
export function numberNodes(nodes: readonly MemberNode[]): RunAction {
  const pins = nodes.map(({ name, nodeid }) => `${name}=${nodeid}`)
  return {
    type: "run",
    argv: ["sh", "-c", REWRITE, "haops-node-ids", COROSYNC_CONF, ...pins],
    label: `number the nodes in ${COROSYNC_CONF}: ${pins.join(", ")}`,
  }
}
