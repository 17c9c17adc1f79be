import * as z from "zod"
import { secretReferenceSchema } from "../../document/secret-schema.ts"
import { CHECK_TYPES } from "../../model/haproxy.ts"
import { serverShape } from "./server-schema.ts"
import {
  lineSchema,
  portSchema,
  rawSchema,
  sectionNameSchema,
  timeSchema,
  tuningShape,
  variableSchema,
  wordSchema,
} from "./vocabulary-schema.ts"

export const balanceSchema = z
  .union([
    z.enum(["roundrobin", "static-rr", "leastconn", "first", "source", "random", "uri"]),
    z.string().regex(/^(hdr|random|rdp-cookie|uri|url_param|hash)\b[^\n\r\0]*$/, {
      error: "not a way of balancing that haproxy knows",
    }),
  ])
  .describe("How a server is chosen: roundrobin (default), leastconn, source, hdr(NAME), …")

const checkTypeSchema = z.enum(CHECK_TYPES)

/** How a backend is found alive. */
export const checkSchema = z.strictObject({
  type: checkTypeSchema
    .describe(
      "tcp: the port accepts. http: a request succeeds. mysql, pgsql: the server greets, or lets `user` in. redis, ldap, smtp, ssl-hello: it answers as such a server does",
    )
    .optional(),
  port: portSchema.describe("Port to check, where it is not the service's, such as 9200 for clustercheck").optional(),
  interval: timeSchema.describe("Time between two checks; haproxy's default is 2s").optional(),
  fastInterval: timeSchema.describe("Time between two checks while it goes up or down; default: interval").optional(),
  downInterval: timeSchema.describe("Time between two checks of one that is down; default: interval").optional(),
  rise: z.int().min(1).describe("Successes in a row that bring a server up; haproxy's default is 2").optional(),
  fall: z.int().min(1).describe("Failures in a row that take a server down; haproxy's default is 3").optional(),
  tls: z.boolean().describe("Check over TLS, without verifying the certificate").optional(),
  method: z
    .enum(["GET", "HEAD", "OPTIONS", "POST"])
    .describe("Of the HTTP request; default OPTIONS, GET with a path")
    .optional(),
  path: wordSchema.describe("Of the HTTP request; default /").optional(),
  host: wordSchema.describe("Host header of the HTTP request, which is HTTP/1.1 then").optional(),
  expect: z
    .union([
      z.int().min(100).max(599),
      z.string().regex(/^\d{3}(-\d{3})?(,\d{3}(-\d{3})?)*$/, 'write status codes such as "200" or "200-399,401"'),
    ])
    .describe("HTTP status that passes, such as 200 or 200-399,401; default 2xx and 3xx")
    .optional(),
  user: wordSchema
    .describe("User of MySQL or PostgreSQL, without password and rights, that the check logs in as")
    .optional(),
  sequence: z
    .array(
      lineSchema.regex(
        /^(connect|send|send-binary|send-binary-lf|send-lf|send-state|expect|comment|disable-on-404|set-var|set-var-fmt|unset-var)\b/,
        "must be what follows tcp-check or http-check: connect …, send …, expect …",
      ),
    )
    .describe("What a check of tcp or http does in turn, in haproxy's words, such as [connect ssl, expect string +OK]")
    .optional(),
})

const hostnameSchema = z.union([
  z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, "must be a host name"),
  variableSchema.describe("A variable of haproxy's environment that holds it"),
])

/** A port, or the variable of haproxy's environment that holds it. */
const ownPortSchema = z.union([
  portSchema,
  variableSchema.describe("A variable of haproxy's environment that holds it"),
])

/** A server's name; haproxy puts variables in where it is in double quotes. */
const serverNameSchema = z
  .string()
  .regex(/^([A-Za-z0-9_.:-]|\$\{[A-Za-z_][A-Za-z0-9_]*\})+$/, 'may hold letters, digits, "-", "_", "." and ":" only')

/** What a check asks is the service's; where and how often may differ. */
const ownCheckSchema = z
  .union([
    z.literal(false),
    checkSchema.pick({
      port: true,
      interval: true,
      fastInterval: true,
      downInterval: true,
      rise: true,
      fall: true,
      tls: true,
    }),
  ])
  .describe("How this one is checked, over the service's check. false: it is not")

const backendSchema = z.strictObject({
  address: z.string().describe("IP address, or the name of a host of the inventory; default: the key").optional(),
  hostname: hostnameSchema
    .describe(
      "A name that haproxy looks up, in place of an address; without initAddr: none it has to be known when haproxy starts",
    )
    .optional(),
  port: ownPortSchema.describe("Default: the service's backendPort").optional(),
  backup: z.boolean().describe("Used only when no active backend is left").optional(),
  weight: z.int().min(0).max(256).describe("Share of the load; haproxy's default is 1").optional(),
  maxconn: z.int().min(1).describe("Connections at a time; more wait in haproxy's queue").optional(),
  check: ownCheckSchema.optional(),
  ...serverShape,
  raw: lineSchema.describe("Further words of the server line, as haproxy spells them").optional(),
})

const backendsSchema = z
  .union([
    z.enum(["controllers", "loadbalancers"]).describe("All hosts of a group"),
    z.literal("none").describe("No server: what is asked is answered or sent elsewhere by the service's other lines"),
    z.array(z.string()).min(1).describe("Names of hosts of the inventory"),
    z.record(
      serverNameSchema,
      z.union([z.string().describe("ADDRESS or ADDRESS:PORT"), portSchema.describe("Port"), backendSchema]),
    ),
  ])
  .describe("Who serves: a group, a list of hosts, or a mapping of NAME: ADDRESS[:PORT]. Default: all controllers")

const tlsSchema = z
  .strictObject({
    certificate: z
      .union([
        wordSchema.describe("PEM file on the node, not managed by haops: certificate, chain and key"),
        secretReferenceSchema.describe(
          "PEM that haops puts on the nodes: certificate, chain and, without `key`, the key",
        ),
      ])
      .describe("A path on the node, or { file: … }, { env: … }, { command: … } for haops to put it there"),
    key: secretReferenceSchema.describe("Private key, where it is not in the same PEM as the certificate").optional(),
    alpn: z.array(wordSchema).describe("Protocols to offer, such as [h2, http/1.1]").optional(),
  })
  .describe("Clients speak TLS to haproxy")

const splitSchema = z
  .union([
    z.boolean(),
    z.strictObject({
      frontend: sectionNameSchema.describe("Name of the frontend section"),
      backend: sectionNameSchema.describe("Name of the backend section, where the service has servers").optional(),
    }),
  ])
  .describe("A frontend and a backend section in place of one listen. true: NAME_frontend and NAME_backend")

const routeSchema = z.strictObject({
  pool: sectionNameSchema.describe("The pool, or the backend section of another service"),
  when: lineSchema.describe("Condition, such as the name of an ACL; default: always").optional(),
  unless: lineSchema.describe("Condition that must not hold").optional(),
})

/** What a service can say. */
export const serviceShape = {
  name: sectionNameSchema.describe("Name of the service and of its section"),
  port: ownPortSchema.describe("Port that clients connect to"),
  vip: z.string().describe("VIP that clients connect to; default: the only one").optional(),
  bind: z.string().describe('An address in place of a VIP: an IP address, or "*" for all of the host').optional(),
  balance: balanceSchema.optional(),
  backends: backendsSchema.optional(),
  pool: sectionNameSchema.describe("A pool that serves, in place of backends of its own").optional(),
  acls: z
    .record(sectionNameSchema, z.union([lineSchema, z.array(lineSchema).min(1)]))
    .describe("Conditions by name, in haproxy's words, such as { static: path_beg /img }; of several one has to hold")
    .optional(),
  routes: z.array(routeSchema).describe("Requests that another pool serves: the first that holds counts").optional(),
  backendPort: ownPortSchema.describe("Port of the backends; default: port").optional(),
  active: z.int().min(1).describe("So many backends serve, the others are backups; default: all serve").optional(),
  check: z
    .union([z.boolean(), checkTypeSchema, checkSchema])
    .describe("How a backend is found alive; default tcp. false: backends are not checked")
    .optional(),
  tls: tlsSchema.optional(),
  split: splitSchema.optional(),
  ...tuningShape,
  server: z
    .strictObject({ ...serverShape, maxconn: z.int().min(1).describe("Connections to each at a time").optional() })
    .describe("Settings of every server of the service; a backend's own go over them")
    .optional(),
  rawBind: lineSchema.describe("Further words of the bind line").optional(),
  rawServer: lineSchema.describe("Further words of every server line").optional(),
  raw: rawSchema.describe("Further lines of the listen or backend section, or of the only one").optional(),
  rawFrontend: rawSchema.describe("Further lines of the frontend section, with split").optional(),
}

/** One service behind haproxy. */
export const serviceSchema = z.strictObject(serviceShape)

/** What can be changed in a preset's service: everything. */
export const serviceOverrideSchema = serviceSchema.partial()

export type ServiceYaml = z.output<typeof serviceSchema>
export type ServiceOverrideYaml = z.output<typeof serviceOverrideSchema>
export type CheckYaml = NonNullable<ServiceYaml["check"]>
export type BackendsYaml = NonNullable<ServiceYaml["backends"]>
export type BackendYaml = z.output<typeof backendSchema>
