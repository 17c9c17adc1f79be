import { quote } from "../base/sh.ts"
import type { PlannedSimulation } from "../model/step.ts"
import { parseSimulation, simulateScript } from "../pacemaker/simulate.ts"

/** What the cluster would do if this node came in, with the id it would get. */
export function simulateJoin(node: string, nodeid: number): PlannedSimulation {
  const element = `<node id="${nodeid}" uname="${node}"/>`
  // An empty section is closed in itself.
  const edit = `sed -i -e ${quote(`s|</nodes>|${element}</nodes>|`)} -e ${quote(`s|<nodes/>|<nodes>${element}</nodes>|`)} cib.xml`
  return simulation(edit, `--node-up ${quote(node)}`)
}

/** What the cluster would do if this node were put in standby. */
export function simulateStandby(node: string, standby: boolean): PlannedSimulation {
  const value = standby ? "on" : "off"
  const edit = `CIB_file=cib.xml crm_attribute -N ${quote(node)} -n standby -v ${value} -l forever >&2`
  return simulation(edit, "")
}

/** On a copy of the CIB in a directory of its own, which goes again. */
function simulation(edit: string, flags: string): PlannedSimulation {
  return {
    script: `
set -eu
umask 077
directory=$(mktemp -d)
trap 'rm -rf -- "$directory"' EXIT
cd "$directory"
cibadmin -Q >cib.xml
${edit}
${simulateScript("cib.xml", flags)}
`,
    parse: ({ stdout }) => ({ transitions: parseSimulation(stdout), notes: [] }),
  }
}
