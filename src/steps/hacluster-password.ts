import * as z from "zod"
import { HaopsError } from "../errors.ts"
import type { Drift } from "../events.ts"
import { chooseDialect } from "../pacemaker/dialect.ts"
import { arbiterOn, pacemakerOn } from "../pacemaker/membership/nodes.ts"
import { hashPassword, isSha512Crypt, verifyPassword } from "../pacemaker/membership/password-hash.ts"
import { Secret } from "../secret.ts"
import { defineStep } from "./step.ts"

const USER = "hacluster"

const want = z.strictObject({
  password: z.instanceof(Secret),
  shell: z.enum(["pcs", "crmsh", "auto"]),
})

type Want = z.infer<typeof want>

/** The password field of the user's shadow entry; undefined where there is no such user. */
interface Have {
  hash: Secret | undefined
}

/**
 * The password by which the nodes' pcsd authenticate to each other. It is judged by its hash: one of sha512-crypt is computed
 * and compared here; any other kind (Debian's yescrypt) cannot be, and is set once to a hash of ours. If it was of the same
 * password, nothing changes for anybody; asking the node instead would need the password in a probe, on every run.
 */
export const haclusterPassword = defineStep<Want, Have>({
  kind: "hacluster-password",
  summary: "the password by which the nodes authenticate to each other",
  want,
  bind({ inventory, host, secret }) {
    const pacemaker = pacemakerOn(inventory, host) ?? arbiterOn(inventory, host)
    if (pacemaker === undefined || pacemaker.shell === "crmsh") return undefined
    return { password: secret(pacemaker.password), shell: pacemaker.shell }
  },
  title: () => `password of ${USER}`,
  probe: () => ({ script: PROBE, parse: ({ stdout }) => parse(stdout) }),
  check({ password, shell }, { hash }, facts) {
    if (hash === undefined) return chooseDialect(facts, shell).name === "crmsh" ? [] : [drift("no such user", true)]
    const text = hash.reveal()
    if (!isSha512Crypt(text)) return [drift(describe(text))]
    return verifyPassword(password, text) ? [] : [drift("another one")]
  },
  plan: ({ password }) => [
    {
      type: "run",
      argv: ["chpasswd", "-e"],
      stdin: new Secret(`${USER}:${hashPassword(password)}\n`),
      label: `set the password of ${USER}`,
    },
  ],
})

const PROBE = `if id ${USER} >/dev/null 2>&1; then
  echo present; sed -n 's/^${USER}:\\([^:]*\\):.*/\\1/p' /etc/shadow
else echo absent; fi`

function parse(stdout: string): Have {
  const [presence, hash = ""] = stdout.trim().split("\n")
  if (presence === "absent") return { hash: undefined }
  if (presence === "present") return { hash: new Secret(hash) }
  throw new HaopsError("E_PROBE", `could not read the shadow entry of ${USER}`)
}

/** The user comes with pacemaker's package: where it is missing, that is still to come. */
function drift(have: string, expected?: true): Drift {
  return { attribute: "password", have, want: "as in the inventory", risk: "none", expected }
}

function describe(hash: string): string {
  if (hash === "" || hash.startsWith("!") || hash.startsWith("*")) return "none"
  const kind = /^\$([^$]+)\$/.exec(hash)?.[1]
  return kind === "y" ? "a yescrypt hash, not comparable" : "a hash of another kind, not comparable"
}
