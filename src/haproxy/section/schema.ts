import * as z from "zod"
import { NOT_ZERO } from "../../document/scalars-schema.ts"
import { secretSchema } from "../../document/secret-schema.ts"
import { tuningSchema } from "../../pacemaker/section/resource-schema.ts"
import { PRESET_NAMES } from "../presets/index.ts"
import { poolSchema } from "./pool-schema.ts"
import { balanceSchema, serviceOverrideSchema, serviceSchema } from "./service-schema.ts"
import { sourceSchema } from "./source-schema.ts"
import {
  defaultsShape,
  globalShape,
  lineSchema,
  portSchema,
  rawSchema,
  sectionNameSchema,
  timeSchema,
  wordSchema,
} from "./vocabulary-schema.ts"

const pacemakerDurationSchema = z
  .string()
  .regex(/^\d+(ms|s|min|h)$/, 'write a number and its unit, such as "1s", "500ms" or "5min"')

const logSchema = z
  .array(
    z.strictObject({
      to: wordSchema.describe("stdout (the journal), a socket such as /dev/log, or ADDRESS[:PORT] of a syslog server"),
      format: wordSchema.describe("rfc3164, rfc5424, short, raw, …; default: short on stdout").optional(),
      facility: wordSchema.describe("Syslog facility; default local0").optional(),
      level: wordSchema.describe("Least severe level that is logged; default: all").optional(),
    }),
  )
  .describe("Where haproxy logs; default: the journal. An empty list: nowhere")

const socketSchema = z
  .strictObject({
    path: wordSchema.describe("Default /var/lib/haproxy/stats, which exists on Debian and EL").optional(),
    mode: z
      .string()
      .regex(/^[0-7]{3,4}$/, 'must be octal and in quotes, such as "660"')
      .describe('File mode; default "600"')
      .optional(),
    level: z.enum(["user", "operator", "admin"]).describe("What it may do; default admin").optional(),
    timeout: timeSchema.describe("Idle time of a session; default 30s").optional(),
    raw: lineSchema.describe("Further words of its line, such as `group ops`").optional(),
  })
  .describe("The runtime API's socket")

const sslSchema = z
  .strictObject({
    caBase: wordSchema.describe("Directory of CA files that are named without one").optional(),
    crtBase: wordSchema.describe("Directory of certificates that are named without one").optional(),
    bindCiphers: wordSchema.describe("OpenSSL cipher list up to TLS 1.2").optional(),
    bindCiphersuites: wordSchema.describe("OpenSSL cipher suites of TLS 1.3").optional(),
    bindOptions: z.array(wordSchema).describe("Such as [ssl-min-ver, TLSv1.2, no-tls-tickets]").optional(),
  })
  .describe("Defaults of all TLS binds")

const globalSchema = z
  .strictObject({
    maxconn: z
      .union([z.int().min(1), z.literal(false)])
      .describe("Connections of the whole process; default 4000. false: what the limit of open files allows")
      .optional(),
    user: wordSchema.describe("Default haproxy").optional(),
    group: wordSchema.describe("Default haproxy").optional(),
    chroot: wordSchema.describe("Default /var/lib/haproxy").optional(),
    log: logSchema.optional(),
    socket: socketSchema.optional(),
    ...globalShape,
    ssl: sslSchema.optional(),
    tune: z
      .record(
        z.string().regex(/^[a-z0-9_.-]+$/, "must be a tuning name, such as bufsize"),
        z.union([wordSchema, z.int()]),
      )
      .describe("Haproxy's tune.* directives, such as { bufsize: 32768 }")
      .optional(),
    raw: rawSchema.describe("Further lines of the global section").optional(),
  })
  .describe("Haproxy's process; every key has a default")

const defaultsSchema = z
  .strictObject({
    ...defaultsShape,
    balance: balanceSchema.optional(),
    raw: rawSchema.describe("Further lines of the defaults section").optional(),
  })
  .describe(
    "What services have in common; default: mode tcp, redispatch, 3 retries, 4000 connections, timeouts of 10s and 1m",
  )

const rsyslogSchema = z
  .union([
    z.boolean().describe("true: to /var/log/haproxy.log"),
    z.strictObject({
      file: z
        .string()
        .regex(/^\/[A-Za-z0-9_./-]*[A-Za-z0-9_-]$/, "must be an absolute path of letters, digits and . _ - /")
        .describe("Default /var/log/haproxy.log")
        .optional(),
      port: portSchema.describe("UDP port of the loopback; default 514").optional(),
    }),
  ])
  .describe("Haproxy logs to the host's rsyslog, by 127.0.0.1 and local2 unless global.log says otherwise")

const statsSchema = z
  .strictObject({
    name: sectionNameSchema.describe("Name of its section; default stats").optional(),
    frontend: z.boolean().describe("Its section is a frontend; default: a listen").optional(),
    port: portSchema.describe("Default 1080").optional(),
    vip: z.string().describe("Show it on this VIP only; default: on every address").optional(),
    bind: z.string().describe("An address in place of a VIP, such as 127.0.0.1").optional(),
    uri: z
      .string()
      .regex(/^\/\S*$/, 'must begin with "/"')
      .describe("Default /")
      .optional(),
    realm: lineSchema.describe("Shown when the browser asks for the password; default Haproxy").optional(),
    user: z
      .string()
      .regex(/^[^\s:\0]+$/, 'must be one word without ":"')
      .describe("Default admin")
      .optional(),
    password: z
      .union([secretSchema, z.literal(false)])
      .describe(
        "Password of the page; the rendered file is readable by haproxy's group alone. false: whoever reaches it may read it",
      ),
    refresh: z
      .union([timeSchema, z.literal(false)])
      .describe("The page reloads itself; default 30s. false: it does not")
      .optional(),
    admin: z.boolean().describe("Servers can be drained and disabled from the page; default false").optional(),
    rawBind: lineSchema.describe("Further words of its bind line").optional(),
    raw: rawSchema.describe("Further lines of its section").optional(),
  })
  .describe("Haproxy's statistics page")

const presetSchema = z.strictObject({
  preset: z.enum(PRESET_NAMES).describe("A set of services that haops knows"),
  vip: z.string().describe("VIP of all its services; default: the only one").optional(),
  without: z.array(z.string()).describe("Services of the preset that are left out, by name").optional(),
  override: z
    .record(sectionNameSchema, serviceOverrideSchema)
    .describe("Changes to services of the preset, by name; mappings are merged, anything else is replaced")
    .optional(),
})

/** The `haproxy` section of the inventory. What belongs to haproxy's own vocabulary is spelled as haproxy does. */
export const haproxySchema = z
  .strictObject({
    placement: z
      .enum(["everywhere", "with-vip"])
      .describe(
        "everywhere (default): runs on all its hosts, a VIP only where it is healthy. with-vip: only beside the VIP",
      )
      .optional(),
    agent: z
      .enum(["systemd:haproxy", "ocf:heartbeat:haproxy"])
      .describe(
        "What pacemaker runs haproxy by; default systemd:haproxy. The OCF agent is no distribution's: put it on the nodes",
      )
      .optional(),
    monitor: pacemakerDurationSchema
      .regex(...NOT_ZERO)
      .describe("How often pacemaker checks haproxy; default 1s")
      .optional(),
    migrationThreshold: z.int().min(1).describe("Failures that cost its node the VIP; default 1").optional(),
    failureTimeout: pacemakerDurationSchema.describe("After which a failure is forgotten; default 30s").optional(),
    resource: tuningSchema
      .omit({ parameters: true })
      .optional()
      .describe("What pacemaker's resource has beyond that: operations with timeout and on-fail, meta attributes"),
    global: globalSchema.optional(),
    defaults: defaultsSchema.optional(),
    stats: statsSchema.optional(),
    services: z
      .array(z.union([serviceSchema, presetSchema]))
      .describe("Services, and presets of them")
      .optional(),
    pools: z
      .record(sectionNameSchema, poolSchema)
      .describe("Servers that several services, or a service's routes, send requests to: backend sections, by name")
      .optional(),
    raw: rawSchema.describe("Further sections, such as a userlist or resolvers").optional(),
    source: sourceSchema.optional(),
    rsyslog: rsyslogSchema.optional(),
  })
  .describe("The load balancer in front of the services")

export type HaproxyYaml = z.output<typeof haproxySchema>
export type PresetYaml = z.output<typeof presetSchema>
export type GlobalYaml = z.output<typeof globalSchema>
export type DefaultsYaml = z.output<typeof defaultsSchema>
export type StatsYaml = z.output<typeof statsSchema>
