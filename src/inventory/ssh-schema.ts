import * as z from "zod"
import { durationSchema } from "../document/scalars-schema.ts"
import { secretSchema } from "../document/secret-schema.ts"

/** How to log in. A host's own settings go over those of the inventory; what neither says, `~/.ssh/config` and the agent do. */
export const sshSchema = z
  .strictObject({
    user: z.string().min(1).describe("Login name. Default: ~/.ssh/config, else your own"),
    port: z.int().min(1).max(65_535).describe("Port of sshd. Default: ~/.ssh/config, else 22"),
    identityFile: z
      .string()
      .min(1)
      .describe(
        "Private key. Relative to this inventory's directory; ~ is your home. Default: the agent and ~/.ssh/config",
      ),
    passphrase: secretSchema.describe("Passphrase of identityFile: { env: NAME }, { file: PATH } or { command: LINE }"),
    password: secretSchema.describe(
      "Login password, where no key is accepted: { env: NAME }, { file: PATH } or { command: LINE }",
    ),
    proxyJump: z.string().min(1).describe("Jump host, as [user@]host[:port] or a name of ~/.ssh/config"),
    become: z
      .enum(["sudo", "none"])
      .describe("How to become root. Default sudo; not used where the login user is root"),
    becomePassword: secretSchema.describe(
      "sudo's password, where it asks: { env: NAME }, { file: PATH } or { command: LINE }",
    ),
    hostKeys: z
      .enum(["strict", "accept-new"])
      .describe(
        "strict (default): only hosts in known_hosts. accept-new: unknown keys are recorded. Changed keys are refused by both",
      ),
    knownHosts: z
      .string()
      .min(1)
      .describe(
        "known_hosts file. Relative to this inventory's directory. Default: ~/.ssh/known_hosts and the system's",
      ),
    transport: z
      .enum(["ssh2", "openssh", "auto"])
      .describe(
        "What logs in. Default ssh2, which is part of haops. openssh: the ssh of this machine, with all that its configuration says. auto: that where ssh2 cannot do what it says",
      ),
    connectTimeout: durationSchema.describe("Limit for connecting and logging in. Default 10s"),
  })
  .partial()

export type SshYaml = z.output<typeof sshSchema>
