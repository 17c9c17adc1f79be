import type { RunAction } from "../../model/action.ts"
import type { HaproxySource } from "../../model/haproxy.ts"
import { binaryMark } from "./source-state.ts"

/** A build on a small machine, with one core. */
const BUILD_TIMEOUT_MS = 1_800_000
const FETCH_TIMEOUT_MS = 600_000

/** Where tarballs wait to be built. By checksum, so that a half-sent one is never taken for another. */
function tarball({ sha256 }: HaproxySource): string {
  return `/var/cache/haops/haproxy-${sha256}.tar`
}

const CHECKED = `
umask 022
mkdir -p -- "$(dirname -- "$file")"
part=$file.$$
trap 'rm -f -- "$part"' EXIT
FILL || { echo "the tarball could not be fetched" >&2; exit 69; }
have=$(sha256sum <"$part")
[ "\${have%% *}" = "$sum" ] || { echo "its checksum is \${have%% *}, not $sum" >&2; exit 65; }
mv -f -- "$part" "$file"`

/** Fetches the tarball, or receives it as base64 on standard input; one with another checksum is not kept. */
export function fetchAction(source: HaproxySource, content: string | undefined): RunAction {
  const { url = "", sha256, file } = source
  const fill = content === undefined ? DOWNLOAD : 'base64 -d >"$part"'
  const script = `set -u
file=$1 sum=$2 url=$3
[ -f "$file" ] && exit 0
${CHECKED.replace("FILL", fill)}`
  return {
    type: "run",
    argv: ["sh", "-c", script, "haops-fetch", tarball(source), sha256, url],
    stdin: content,
    timeoutMs: FETCH_TIMEOUT_MS,
    label: content === undefined ? `fetch ${url}` : `send ${file}`,
    hint: "The sha256 of the inventory and the tarball have to be of the same file.",
  }
}

const DOWNLOAD = `{ if command -v curl >/dev/null 2>&1; then curl -fsSL --retry 2 -o "$part" -- "$url"; else wget -qO "$part" -- "$url"; fi; }`

/**
 * Unpacks, makes and installs the binary, and writes down what it was made of when all of that is done, so that a build that was
 * cut short is none.
 */
export function buildAction(
  source: HaproxySource,
  build: { words: readonly string[]; stamp: string; binary: string; text: string },
): RunAction {
  const { words, stamp, binary, text } = build
  const script = `set -eu
umask 022
file=$1 stamp=$2 prefix=$3 text=$4; shift 4
work=$(mktemp -d /var/tmp/haops-haproxy.XXXXXXXX)
trap 'rm -rf -- "$work"' EXIT
tar -xf "$file" -C "$work" --strip-components=1
cd "$work"
{ make -j "$(getconf _NPROCESSORS_ONLN)" "$@" PREFIX="$prefix" && make install-bin "$@" PREFIX="$prefix"; } >"$work/.log" 2>&1 || {
  tail -n 40 "$work/.log" >&2
  exit 1
}
mkdir -p -- "$(dirname -- "$stamp")"
mark=$(${binaryMark(binary)})
printf '%s\\n%s\\n' "$mark" "$text" >"$stamp"
rm -f -- "$file"`
  return {
    type: "run",
    argv: ["sh", "-c", script, "haops-build", tarball(source), stamp, source.prefix, text, ...words],
    timeoutMs: BUILD_TIMEOUT_MS,
    label: `make ${words.join(" ")} PREFIX=${source.prefix}, and install it`,
  }
}
