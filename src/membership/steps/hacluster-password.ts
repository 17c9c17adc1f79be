import { HaopsError } from "../../base/errors.ts"
import type { Drift } from "../../base/events.ts"
import { Secret } from "../../base/secret.ts"
import { askForeignHash, parseVerdict, type Verdict } from "../../host/foreign-hash.ts"
import { hashPassword, verifyPassword } from "../../host/password-hash.ts"
import { isSha512Crypt } from "../../host/sha512-crypt.ts"
import { defineStep } from "../../model/step.ts"
import { chooseDialect } from "../../pacemaker/dialects/dialect.ts"
import { pacemakerOn, quorumDeviceHost } from "../nodes.ts"

const USER = "hacluster"

interface Want {
  password: Secret
  shell: "pcs" | "crmsh" | "auto"
}

interface Have {
  /** The password field of the user's shadow entry; undefined where there is no such user. */
  hash: Secret | undefined
  /** Whether it is a hash of the password. Undefined where it is no hash, or one of which the node has not been asked yet. */
  verdict?: Verdict | undefined
}

/**
 * The password by which the nodes' pcsd authenticate to each other. It is judged by its hash: one of sha512-crypt is computed
 * and compared here, which is the kind that haops sets. Any other (Debian's yescrypt) is computed by the node, the password on
 * standard input; one that nothing there can compute counts as another.
 */
export const haclusterPassword = defineStep<Want, Have>({
  kind: "hacluster-password",
  summary: "the password by which the nodes authenticate to each other",
  bind({ inventory, host, secret }) {
    const pacemaker = pacemakerOn(inventory, host) ?? quorumDeviceHost(inventory, host)
    if (pacemaker === undefined || pacemaker.shell === "crmsh") return undefined
    return { password: secret(pacemaker.password), shell: pacemaker.shell }
  },
  title: () => `password of ${USER}`,
  probe: ({ password }) => ({
    script: PROBE,
    parse: ({ stdout }) => parse(stdout, password),
    further: ({ hash }) =>
      hash === undefined || !isForeign(hash.reveal())
        ? undefined
        : { ...askForeignHash(hash, password), parse: (output) => ({ hash, verdict: parseVerdict(output) }) },
  }),
  check({ shell }, { hash, verdict }, facts) {
    if (hash === undefined) return chooseDialect(facts, shell).name === "crmsh" ? [] : [drift("no such user", true)]
    return verdict === "same" ? [] : [drift(describe(hash.reveal(), verdict))]
  },
  plan: ({ password }) => [
    {
      type: "run",
      argv: ["chpasswd", "-e"],
      stdin: new Secret(`${USER}:${hashPassword(password)}\n`),
      // Each run draws a salt of its own.
      sameAs: password,
      label: `set the password of ${USER}`,
    },
  ],
})

/** A user without a line in the shadow file has none to judge by: that is told by `id`, which asks wherever users come from. */
const PROBE = `while IFS=: read -r name hash _ || [ -n "$name" ]; do
  if [ "$name" = ${USER} ]; then printf 'present\\n%s\\n' "$hash"; exit 0; fi
done </etc/shadow || exit
if id ${USER} >/dev/null 2>&1; then echo present; else echo absent; fi`

/** Judges the hash at once, while the other nodes still answer: that takes 10 ms or more. */
function parse(stdout: string, password: Secret): Have {
  const [presence, hash = ""] = stdout.trim().split("\n")
  if (presence === "absent") return { hash: undefined }
  if (presence === "present") return { hash: new Secret(hash), verdict: verdictOf(hash, password) }
  throw new HaopsError("E_PROBE", `could not read the shadow entry of ${USER}`)
}

function verdictOf(hash: string, password: Secret): Verdict | undefined {
  if (!isSha512Crypt(hash)) return undefined
  return verifyPassword(password, hash) ? "same" : "another"
}

/** The user comes with pacemaker's package: where it is missing, that is still to come. */
function drift(have: string, expected?: true): Drift {
  return { attribute: "password", have, want: "as in the inventory", risk: "none", expected }
}

/** A hash of some kind that is not computed here. A locked or empty field is no hash. */
function isForeign(text: string): boolean {
  return text.startsWith("$") && !isSha512Crypt(text)
}

function describe(hash: string, verdict: Verdict | undefined): string {
  if (verdict === "another") return "another one"
  if (!isForeign(hash)) return "none"
  const kind = hash.startsWith("$y$") ? "a yescrypt hash" : "a hash of another kind"
  return `${kind}, which nothing on the node can check`
}
