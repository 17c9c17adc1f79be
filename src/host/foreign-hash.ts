import { HaopsError } from "../base/errors.ts"
import { Secret } from "../base/secret.ts"
import type { ProbeOutput } from "../model/probe.ts"

/** `unchecked`: nothing on the node could compute it. */
export type Verdict = "same" | "another" | "unchecked"

const PERL = 'chomp(my ($hash, $password) = <STDIN>); print crypt($password, $hash) eq $hash ? "same" : "another"'
const PYTHON =
  'import crypt, sys; hash, password = sys.stdin.read().split("\\n")[:2]; print("same" if crypt.crypt(password, hash) == hash else "another")'

/** Debian has perl always; where pcs runs there is a Python, though not on the PATH on EL 8, and since 3.13 without crypt. */
const SCRIPT = `if command -v perl >/dev/null 2>&1; then exec perl -e '${PERL}'; fi
for python in python3 /usr/libexec/platform-python; do
  if "$python" -W ignore -c 'import crypt' >/dev/null 2>&1 </dev/null; then exec "$python" -W ignore -c '${PYTHON}'; fi
done
echo unchecked`

/** Has the node's own crypt compare a password to a hash. Both go by standard input. */
export function askForeignHash(hash: Secret, password: Secret): { script: string; stdin: Secret } {
  return { script: SCRIPT, stdin: new Secret(`${hash.reveal()}\n${password.reveal()}\n`) }
}

/** Reads what it printed. Throws `E_PROBE` on anything else. */
export function parseVerdict({ stdout }: ProbeOutput): Verdict {
  const verdict = stdout.trim()
  if (verdict === "same" || verdict === "another" || verdict === "unchecked") return verdict
  throw new HaopsError("E_PROBE", "the node did not say whether its hash is of the password")
}
