import { asHaopsError, HaopsError } from "../base/errors.ts"
import { Secret } from "../base/secret.ts"
import type { CopyAction } from "../model/action.ts"
import type { Transport } from "../transport/transport.ts"

const TIMEOUT_MS = 60_000

/** Base64 comes on standard input; what arrives is installed only where it is what was planned. */
const SCRIPT = `
set -eu
path=$1 mode=$2 owner=$3 digest=$4
directory=$(dirname -- "$path")
[ -d "$directory" ] || mkdir -p -- "$directory"
umask 077
new=$(mktemp -- "$directory/.haops.XXXXXXXX")
trap 'rm -f -- "$new"' EXIT
base64 -d >"$new"
sum=$(sha256sum <"$new")
[ "\${sum%% *}" = "$digest" ] || { echo "what arrived is not what was looked at" >&2; exit 74; }
chmod -- "$mode" "$new"
chown -- "$owner" "$new"
if [ -f "$path" ]; then
  copy=$path.haops-$(sha256sum <"$path" | cut -c1-12)
  [ -e "$copy" ] || cp -p -- "$path" "$copy"
fi
mv -fT -- "$new" "$path"
if command -v restorecon >/dev/null 2>&1; then restorecon -- "$path"; fi
`

/**
 * Carries a file from one host to another through this process, where it is a secret: in no argument, and in no error. `from` is only
 * read. Returns how the second command ended.
 */
export async function copy(action: CopyAction, from: Transport, to: Transport, signal: AbortSignal) {
  const { path, mode, owner, digest } = action
  const read = await from.exec({ argv: ["base64", "--", path], timeoutMs: TIMEOUT_MS }, signal).catch((thrown) => {
    throw untold(asHaopsError(thrown))
  })
  if (read.code !== 0)
    throw untold(new HaopsError("E_COMMAND", `${path} could not be read on ${action.from}`, { result: read }))
  const argv = ["sh", "-c", SCRIPT, "haops-copy", path, mode, owner, digest]
  return await to.exec({ argv, stdin: new Secret(read.stdout), timeoutMs: TIMEOUT_MS }, signal)
}

/** Without what had been read when a connection was lost, or time was up. */
function untold(error: HaopsError): HaopsError {
  const { code, message, host, step, hint, details, result, cause } = error
  const silent = result && { ...result, stdout: "" }
  return new HaopsError(code, message, { host, step, hint, details, result: silent, cause })
}
