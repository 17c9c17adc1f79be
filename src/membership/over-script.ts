import { CRM_MON_SCRIPT } from "../pacemaker/crm-mon.ts"
import { SETTLED } from "../pacemaker/settled.ts"

/** In seconds: how long a cluster is idle before that counts, where an action has failed and where it has not. */
const IDLE_S = { failed: 2, unfailed: 10 }

/**
 * Shell function that succeeds once the cluster has had nothing to do for a while, though what `said` is about is missing: a failed
 * action stays until somebody has it forgotten, and what does not run then will not. It is not over while the cluster acts or elects,
 * nor where failure-timeout has every failure forgotten before `end`, which starts the resources again. An idle cluster without a failure is
 * given longer: an attribute that a monitor writes may come late (its dampening is 5 s by default). A node that is to come, or a port that
 * is to answer, is another matter.
 */
export const OVER = `
idle=
over() {
  now=$(date +%s)
  case $said in *' does not run yet'*|'an action has failed'*) ;; *) idle=; return 1 ;; esac
  mon=$(${CRM_MON_SCRIPT}) || mon=
  case $mon in *'<failure '*) enough=${IDLE_S.failed} ;; *) enough=${IDLE_S.unfailed} ;; esac
  if ! resting || { [ $enough = ${IDLE_S.failed} ] && ! stays; }; then idle=; return 1; fi
  idle=\${idle:-$now}
  [ $((now - idle)) -ge $enough ]
}
has() { printf '%s\\n' "$mon" | grep -qE "$1"; }
resting() {
  has '<current_dc present="true".* with_quorum="true"' || return 1
  ! has '<node .* pending="true"| pending="[A-Z]| role="[A-Z][a-z]*ing"' || return 1
  (${SETTLED}) >/dev/null 2>&1
}
# Succeeds where one of the failures will still be remembered at the end: none is before its resource's failure-timeout has passed.
stays() {
  failures=$(printf '%s\\n' "$mon" | grep '<failure ')
  while IFS= read -r failure; do
    key=$(printf '%s\\n' "$failure" | sed -n 's/.* op_key="\\([^"]*\\)_[a-z-]*_[0-9]*".*/\\1/p')
    [ -n "$key" ] || continue
    limit=$(crm_resource --resource "\${key%:[0-9]*}" --meta --get-parameter failure-timeout 2>/dev/null) || limit=0
    limit=$(in_seconds "\${limit:-0}") || continue
    [ "$limit" -gt 0 ] || return 0
    at=$(printf '%s\\n' "$failure" | sed -n 's/.* last-rc-change="\\([^"]*\\)".*/\\1/p')
    at=$(date -d "$at" +%s 2>/dev/null) || at=$now
    [ $((at + limit)) -le "$end" ] || return 0
  done <<END
$failures
END
  return 1
}
# Succeeds with a duration as pacemaker reads it; fails where it is of another form.
in_seconds() {
  number=\${1%%[!0-9]*}
  [ -n "$number" ] || return 1
  case \${1#"$number"} in
    ''|s|sec) echo "$number" ;;
    m|min) echo $((number * 60)) ;;
    h|hr) echo $((number * 3600)) ;;
    ms|msec) echo $(((number + 999) / 1000)) ;;
    *) return 1 ;;
  esac
}
`
