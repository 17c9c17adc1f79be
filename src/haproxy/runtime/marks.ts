import { readPid } from "./pid-file.ts"

/** Names (`BACKEND/SERVER`) of servers that a run has taken out of service on a host: it, or the next one, brings them back. */
export const AWAY = "/run/haops/haproxy-away"

/** Shell functions `mark NAME`, `unmark NAME` and `marked NAME`. */
export const MARKS = `
away=${AWAY}
marked() { [ -e "$away" ] && grep -qxF -- "$1" "$away"; }
mark() {
  mkdir -p "\${away%/*}" || return
  marked "$1" || printf '%s\\n' "$1" >>"$away"
}
unmark() {
  marked "$1" || return 0
  rest=$(grep -vxF -- "$1" "$away") || [ $? -eq 1 ] || return
  if [ -z "$rest" ]; then rm -f -- "$away"; return; fi
  printf '%s\\n' "$rest" >"$away.new" && mv -f -- "$away.new" "$away"
}`

/** awk's view of `show servers state`: haproxy's management.txt has 0x08 (SRV_ADMF_FDRAIN) for a server that was told to drain. */
export const DRAINED = `int($column["srv_admin_state"] / 8) % 2 == 1`

/**
 * Shell function `still_away` beside `haproxy_ask`, `MARKS` and `RUNS`: prints the marked servers that haproxy is told to drain. One that it is not has
 * had another word since, or another process: the mark says nothing of it. Fails where haproxy runs and cannot be asked.
 */
export const STILL_AWAY = `
still_away() {
  [ -e "$away" ] && runs || return 0
  states=$(haproxy_ask 'show servers state') || return
  printf '%s\\n' "$states" | awk '
    from == "marks" { marked[$0] = 1; next }
    $1 == "#" { for (i = 2; i <= NF; i++) column[$i] = i - 1; next }
    ("srv_admin_state" in column) && ($column["be_name"] "/" $column["srv_name"]) in marked && ${DRAINED} {
      print $column["be_name"] "/" $column["srv_name"]
    }' from=marks "$away" from=states -
}`

/** Shell function `runs`: haproxy does, by its unit or by an agent of the cluster that writes its process id to `pidFile`. */
export function runs(pidFile: string | undefined): string {
  return `
runs() {
  if systemctl is-active --quiet haproxy.service; then return; fi
  ${readPid(pidFile)}
  [ "$main" -ne 0 ]
}`
}
