import { quote } from "../base/sh.ts"
import { CRM_MON, CRM_MON_SCRIPT } from "../pacemaker/crm-mon.ts"

/** The property set by which haops keeps the cluster's hands off while corosync restarts. Its id is what tells it from a user's. */
const SET = "haops-rolling"

const MARK = `<cluster_property_set id="${SET}"`

/** What the user's own maintenance-mode was that had to make way, in the same set. */
const FORMER = "haops-former-maintenance-mode"

/** In the set that goes before all others, whatever their score. */
const OPTION = "crm_attribute --type crm_config --set-name cib-bootstrap-options --name maintenance-mode"

/** The words of the command that asks for the user's own maintenance mode, or sets it. */
export const MAINTENANCE_OPTION = OPTION.split(" ")

/** Shell condition: crm_mon's XML in `$mon` has the whole cluster in this state, whichever of its property sets says so. */
const sees = (value: boolean) =>
  `case $mon in *'<cluster_options'*' maintenance-mode="${value}"'*) true ;; *) false ;; esac`

/** Shell that prints `on` or `off` as pacemaker goes by maintenance mode, and nothing where it does not answer. */
export const TELL_MAINTENANCE = `mon=${CRM_MON}
if ${sees(true)}; then echo on; elif ${sees(false)}; then echo off; fi`

/** Shell condition: the CIB in `$cib` has haops's set. */
export const HAS_MARK = `case $cib in *${quote(MARK)}*) true ;; *) false ;; esac`

/** The set goes, and what made way for it comes back, unless there is a newer value. */
export const MAINTENANCE_OFF = `
set -eu
former=$(crm_attribute --type crm_config --set-name ${SET} --name ${FORMER} --query --quiet 2>/dev/null) || former=
cibadmin --delete -o crm_config --xml-text '<cluster_property_set id="${SET}"/>'
[ -z "$former" ] || ${OPTION} --query --quiet >/dev/null 2>&1 || ${OPTION} --update "$former"
`

/**
 * The set comes, and a user's \`maintenance-mode=false\`, which would go before it, makes way. Undone and failed where pacemaker does
 * not go by it then. Its \`dc-deadtime\` keeps nodes that are alone for the moment from waiting 20 s for a first election.
 */
export const MAINTENANCE_ON = `
set -eu
former=$(${OPTION} --query --quiet 2>/dev/null) || former=
case $(printf '%s' "$former" | tr '[:upper:]' '[:lower:]') in false|no|off|n|0) ;; *) former= ;; esac
remembered=\${former:+"<nvpair id='${SET}-former' name='${FORMER}' value='$former'/>"}
cibadmin --modify --allow-create -o crm_config --xml-text "<cluster_property_set id='${SET}'>
  <nvpair id='${SET}-maintenance-mode' name='maintenance-mode' value='true'/>
  <nvpair id='${SET}-dc-deadtime' name='dc-deadtime' value='2s'/>$remembered
</cluster_property_set>"
[ -z "$former" ] || ${OPTION} --delete
mon=$(${CRM_MON_SCRIPT}) || mon=
if ! ${sees(true)}; then
  (${MAINTENANCE_OFF})
  echo "pacemaker is not in maintenance mode, whatever is said in its configuration" >&2
  exit 1
fi
`
