import { WRITER_KEY } from "../config/one-writer.ts"

/** Looks in a row that must not show it any more, and how often it may have been written down again. */
const LOOKS = 3
const TRIES = 50

/** The exit code of `haproxy_forget` where clients are sent there all the same. */
export const STUCK = 75

/**
 * Shell function `haproxy_forget BACKEND SERVER` beside `haproxy_ask`: of a service whose clients all stay with one server, that it is
 * this one. haproxy sends them to a server that is drained, too, as long as its table says so (seen on 2.2, 2.6 and 3.0). Looked at again,
 * since a connection that had just been sent there writes it down once more, and haproxy clears no entry that is just in use. Fails as
 * `haproxy_ask` does, and with 75 where it stays.
 */
export const HAPROXY_FORGET = `
haproxy_forget() {
  said=$(haproxy_ask "show servers state $1") || return
  id=$(printf '%s\\n' "$said" | awk -v server="$2" '
    $1 == "#" { for (i = 2; i <= NF; i++) column[$i] = i - 1; next }
    $column["srv_name"] == server { print $column["srv_id"] }')
  [ -n "$id" ] || { echo "haproxy shows no server $2 of $1" >&2; return 1; }
  free=0 tries=0 said=
  while [ "$free" -lt ${LOOKS} ]; do
    [ "$tries" -lt ${TRIES} ] || { echo "haproxy goes on sending the clients of $1 to $2\${said:+, and says: $said}" >&2; return ${STUCK}; }
    table=$(haproxy_ask "show table $1") || return
    case " $table " in
      *" server_id=$id"[!0-9]*)
        said=$(haproxy_ask "clear table $1 key ${WRITER_KEY}") || return
        said=$(printf '%s\\n' "$said" | sed -e 1d -e '/^$/d')
        free=0 tries=$((tries + 1))
        ;;
      *) free=$((free + 1)) ;;
    esac
    sleep 0.1
  done
}`
