import * as z from "zod"
import { timeSchema, wordSchema } from "./vocabulary-schema.ts"

const tlsSchema = z
  .union([
    z.boolean(),
    z.strictObject({
      verify: z.enum(["none", "required"]).describe("Whether the server's certificate is verified").optional(),
      ca: wordSchema.describe("File of the authorities that may have signed it").optional(),
      sni: wordSchema.describe("Name that the server is asked for, such as str(api.example.net)").optional(),
      certificate: wordSchema.describe("PEM file on the node that haproxy shows to the server").optional(),
      alpn: wordSchema.describe("Protocols to offer, such as h2,http/1.1").optional(),
    }),
  ])
  .describe("haproxy speaks TLS to the server")

/** What a server line can say of how haproxy finds and treats a server; in a service, it is said of all its servers. */
export const serverShape = {
  resolvers: wordSchema.describe("The resolvers section that its name is looked up by while haproxy runs").optional(),
  initAddr: wordSchema.describe("Where its first address comes from, such as last,libc,none").optional(),
  resolvePrefer: z.enum(["ipv4", "ipv6"]).describe("Family of the address that is taken").optional(),
  onMarkedDown: z.enum(["shutdown-sessions"]).describe("What becomes of sessions when it goes down").optional(),
  onMarkedUp: z
    .enum(["shutdown-backup-sessions"])
    .describe("What becomes of backups' sessions when it is up")
    .optional(),
  slowstart: timeSchema.describe("After which it has its full share again").optional(),
  cookie: wordSchema.describe("Value of the cookie that leads to it").optional(),
  sendProxy: z.enum(["v1", "v2"]).describe("The PROXY protocol tells it the client's address").optional(),
  tls: tlsSchema.optional(),
  verify: z
    .enum(["none", "required"])
    .describe("Whether its certificate is verified, where only a check connects by TLS")
    .optional(),
  disabled: z.boolean().describe("It starts in maintenance").optional(),
}

const serverSettingsSchema = z.strictObject(serverShape)

export type ServerYaml = z.output<typeof serverSettingsSchema>

/** Settings that are followed by a value, and how haproxy spells them. */
export const VALUED = {
  resolvers: "resolvers",
  initAddr: "init-addr",
  resolvePrefer: "resolve-prefer",
  onMarkedDown: "on-marked-down",
  onMarkedUp: "on-marked-up",
  slowstart: "slowstart",
  cookie: "cookie",
  verify: "verify",
} as const satisfies Partial<Record<keyof ServerYaml, string>>

/** Of TLS, likewise. */
export const TLS_VALUED = {
  verify: "verify",
  ca: "ca-file",
  sni: "sni",
  certificate: "crt",
  alpn: "alpn",
} as const

/** The settings as words of a server line. */
export function serverWords(yaml: ServerYaml): string[] {
  const { sendProxy, tls = false, disabled = false } = yaml
  return [
    ...valued(VALUED, yaml),
    ...(sendProxy === undefined ? [] : [sendProxy === "v1" ? "send-proxy" : "send-proxy-v2"]),
    ...(tls === false ? [] : ["ssl", ...(tls === true ? [] : valued(TLS_VALUED, tls))]),
    ...(disabled ? ["disabled"] : []),
  ]
}

function valued(spelled: Readonly<Record<string, string>>, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(spelled).flatMap(([key, word]) => {
    const value = values[key]
    return value === undefined ? [] : [word, String(value)]
  })
}
