import { HaopsError } from "../../base/errors.ts"
import { listing } from "../../base/words.ts"
import { readAnswer } from "../../host/answer.ts"
import type { Probe } from "../../model/probe.ts"
import { SQL } from "./state.ts"

/** What a member says of itself that the operator takes for lost. */
export interface LastWord {
  /** It is in a primary component: it serves, and has what the others have not. `maybe`: it came to serve once, runs, and does not answer. */
  serves: "yes" | "maybe" | false
  /** Where its data ends, `UUID:SEQNO`; undefined where it has none, or nothing can tell. */
  position?: string | undefined
  /** It has data of which it cannot be told where it ends. */
  unknown: boolean
}

const SCRIPT = `command -v mariadbd >/dev/null 2>&1 || exit 0
if said=$(timeout 5 ${SQL} -e "select group_concat(variable_value order by variable_name separator ' ') from information_schema.global_status where variable_name in ('wsrep_cluster_state_uuid', 'wsrep_cluster_status', 'wsrep_last_committed')" 2>/dev/null); then
  set -- $said
  [ "\${2:-}" != Primary ] || echo 'serves yes'
  case \${3:-} in [0-9]*) echo "position $1:$3"; exit 0 ;; esac
else
  # Its unit is active once it has served; one that waits for others is not.
  case $(systemctl is-active mariadb.service) in active | reloading) echo 'serves maybe' ;; esac
fi
uuid=$(sed -n 's/^uuid: *\\([0-9a-f-]*\\).*/\\1/p' /var/lib/mysql/grastate.dat 2>/dev/null)
case $uuid in *[1-9a-f]*) ;; *) exit 0 ;; esac
if pgrep -x mariadbd >/dev/null; then
  seqno=$(sed -n 's/^seqno: *\\(-\\{0,1\\}[0-9]*\\).*/\\1/p' /var/lib/mysql/grastate.dat)
  position=$uuid:$seqno
else
  said=$(cd /tmp && runuser -u mysql -- galera_recovery 2>/dev/null) || said=
  position=$(printf '%s\\n' "$said" | sed -n 's/^--wsrep_start_position=//p')
fi
case $position in *:[0-9]*) echo "position $position" ;; *) echo 'position unknown' ;; esac`

/** Asked of a host that is to be done without. What does not run is asked by galera_recovery, as where its position is read. */
export const LAST_WORD: Pick<Probe<LastWord>, "script" | "parse"> = {
  script: SCRIPT,
  parse({ stdout }) {
    const answer = readAnswer(stdout, ["serves", "position"])
    const position = answer.one("position")
    if (position !== undefined && position !== "unknown" && !/^[0-9a-f-]{36}:\d+$/.test(position))
      throw new HaopsError("E_PROBE", `${position} is no position of Galera's`)
    const [unknown, said] = [position === "unknown", answer.one("serves")]
    const serves = said === "yes" || said === "maybe" ? said : false
    return { serves, position: unknown ? undefined : position, unknown }
  },
}

/** Where the data of those that have any ends, `unknown` where nothing tells. Throws `E_REFUSED` where one serves, or may. */
export function endsOf(words: ReadonlyMap<string, LastWord>): ReadonlyMap<string, string> {
  const serving = [...words].filter(([, { serves }]) => serves === "yes")
  if (serving.length > 0) {
    const each = serving.map(([name, { position }]) => `${name} serves (${position ?? "position unknown"})`)
    throw new HaopsError("E_REFUSED", `${each.join(", ")}: a cluster without it would be a second one`, {
      hint: "haops up has the others join it.",
    })
  }
  const silent = [...words].flatMap(([name, { serves }]) => (serves === "maybe" ? [name] : []))
  if (silent.length > 0) {
    const why = `mariadb of ${listing(silent)} runs and does not answer: it may serve, and a cluster without it would be a second one`
    throw new HaopsError("E_REFUSED", why, { hint: IF_IT_HANGS })
  }
  return new Map(
    [...words].flatMap(([name, { position, unknown }]): [string, string][] =>
      position !== undefined ? [[name, position]] : unknown ? [[name, "unknown"]] : [],
    ),
  )
}

/** What to do about a server that runs and does not answer. */
export const IF_IT_HANGS =
  "On it: journalctl -u mariadb -n 50, df /var/lib/mysql. If it hangs: systemctl kill -s KILL mariadb, then run haops again."
