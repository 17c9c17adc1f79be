import { quote } from "../base/sh.ts"
import type { Evidence } from "../model/evidence.ts"

/** How much of what is taken, in bytes: enough for a night, and nothing that a node or this machine would feel. */
export interface Limits {
  /** Of the journal, from its beginning on. */
  journal: number
  /** Of each other log and file, up to its end. */
  file: number
  /** Of all of those. */
  files: number
  /** Of what one program says. */
  says: number
}

export const LIMITS: Limits = { journal: 32 << 20, file: 8 << 20, files: 64 << 20, says: 2 << 20 }

/** How often the clock is read: the way there and back is taken for as long as the quickest of them was. */
export const READINGS = 4

/** From when on. */
interface Since {
  sinceMs: number
  /** Now, by the clock that this is meant by; a host's own may be hours away from it, and its lines with it. */
  nowMs: number
}

/**
 * All that is taken of a host, as one script that only reads. Each part stands between lines that begin with `nonce`, and is told by how
 * many of its bytes were left out. Between two readings of the clock it waits for a line of standard input.
 */
export function collectScript(
  evidence: readonly Evidence[],
  { sinceMs, nowMs }: Since,
  nonce: string,
  limits: Limits,
): string {
  const says = evidence.flatMap(({ says = {} }) => Object.entries(says))
  const globs = (of: "files" | "logs") => evidence.flatMap((one) => one[of] ?? []).join(" ")
  return `LC_ALL=C; export LC_ALL
n=${nonce} left=${limits.files}
since=$(($(date +%s) - ${Math.ceil((nowMs - sinceMs) / 1000)}))
for reading in ${Array.from({ length: READINGS }, (_, index) => index + 1).join(" ")}; do
  [ $reading = 1 ] || read -r _ || break
  echo "$n clock $(date +%s%N)"
done
exec </dev/null
began() { printf '%s begin %s\\n' "$n" "$1"; }
ended() { printf '\\n%s end %s %s\\n' "$n" "$1" "$2"; }
# from_start NAME MOST: standard input as long as it is no longer; then what it still has is counted.
from_start() { began "$1"; head -c "$2"; ended "$(wc -c)" end; }
# ill PROGRAM CODE: what it said is not all, and whoever reads that is to know.
ill() { echo "haops: $1 ended with code $2$([ "$2" != 124 ] || echo ', since it took too long')"; }
say() {
  command -v "$2" >/dev/null 2>&1 || return 0
  { timeout 20 sh -c "$3" 2>&1 || ill "$2" $?; } | from_start "$1" ${limits.says}
}
if command -v bzip2 >/dev/null; then unpack_bz2() { bzip2 -dc -- "$1"; }
elif command -v python3 >/dev/null; then unpack_bz2() { python3 -c 'import bz2, shutil, sys; shutil.copyfileobj(bz2.open(sys.argv[1]), sys.stdout.buffer)' "$1"; }
fi
clear_of() {
  case $1 in
    *.gz) gzip -dc -- "$1" ;;
    *.bz2) unpack_bz2 "$1" ;;
    *.xz) xz -dc -- "$1" ;;
    *) cat -- "$1" ;;
  esac
}
# take FILE: its end, as far as there is room. What cannot be read in clear is left out, since nothing in it could be masked.
take() {
  [ -f "$1" ] && [ -s "$1" ] || return 0
  case $1 in
    *.bz2) command -v unpack_bz2 >/dev/null || { began "$1"; ended "$(wc -c <"$1")" unreadable; return 0; } ;;
    *.xz) command -v xz >/dev/null || { began "$1"; ended "$(wc -c <"$1")" unreadable; return 0; } ;;
  esac
  size=$(clear_of "$1" | wc -c)
  most=${limits.file}
  [ "$most" -le "$left" ] || most=$left
  [ "$most" -le "$size" ] || most=$size
  left=$((left - most))
  began "$1"
  # What is written meanwhile is beyond what was counted.
  clear_of "$1" | head -c "$size" | tail -c "$most"
  ended $((size - most)) start
}
since_then() { [ -n "$(find "$1" -newermt "@$since" 2>/dev/null)" ]; }
${says.map(([name, { program, script }]) => `say ${quote(name)} ${program} ${quote(script)}`).join("\n")}
for file in ${globs("files")}; do
  case $file in *.raw|*.bz2) since_then "$file" || continue ;; esac
  take "$file"
done
journal() { timeout 120 journalctl --quiet --no-pager --utc --output="$1" --since="@$since" 2>&1; }
if command -v journalctl >/dev/null; then
  format=short-iso-precise
  journalctl --quiet --no-pager --output=$format --lines=1 >/dev/null 2>&1 || format=short-iso
  { journal $format || ill journalctl $?; } | from_start journal.log ${limits.journal}
fi
for file in ${globs("logs")}; do
  since_then "$file" && take "$file"
done
printf '%s all\\n' "$n"
`
}
