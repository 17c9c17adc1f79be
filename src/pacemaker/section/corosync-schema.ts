import * as z from "zod"
import { durationSchema, milliseconds } from "../../document/scalars-schema.ts"

const count = z.int().min(0)
/** Milliseconds, as corosync counts, or a time with its unit. */
const time = z.union([count, durationSchema])

/** corosync.conf(5), section totem, in camelCase. */
export const totemSchema = z
  .strictObject({
    token: time.describe(
      "Silence after which a node is taken for dead, in ms. Corosync's default 3000; less fails over sooner and raises false alarms on busy hypervisors",
    ),
    tokenCoefficient: time.describe("Added to token for each node beyond two, in ms. Corosync's default 650"),
    tokenRetransmit: time.describe("Silence after which the token is sent again, in ms. Default: computed from token"),
    tokenRetransmitsBeforeLossConst: count.describe("Tries before a token counts as lost. Corosync's default 4"),
    hold: time.describe("How long the token rests on an idle ring, in ms. Default: computed from token"),
    join: time.describe("Wait for join messages, in ms. Corosync's default 50"),
    consensus: time.describe("Wait for agreement before another membership is tried, in ms. Default 1.2 times token"),
    merge: time.describe("Wait before looking for other partitions, in ms. Corosync's default 200"),
    downcheck: time.describe("How often an interface that is down is looked at, in ms. Corosync's default 1000"),
    failRecvConst: count.describe("Token rotations without a message before a new membership. Corosync's default 2500"),
    sendJoin: time.describe("Upper bound of the random wait before a join message, in ms. Corosync's default 0"),
    seqnoUnchangedConst: count.describe("Idle token rotations before merge detection. Corosync's default 30"),
    heartbeatFailuresAllowed: count.describe("Heartbeats that may be missed; 0, the default, turns heartbeats off"),
    maxNetworkDelay: time.describe("Delay of the network, in ms. Corosync's default 50"),
    windowSize: count.describe("Messages in one token rotation. Corosync's default 50"),
    maxMessages: count.describe("Messages that a node may send with the token. Corosync's default 17"),
    missCountConst: count.describe("Token rotations before a message is asked for again. Corosync's default 5"),
    blockUnlistedIps: z.boolean().describe("Drop packets from addresses of no member. Corosync's default true"),
  })
  .partial()

/** votequorum(5), in camelCase. `two_node` is not here: it follows from the number of members. */
export const quorumSchema = z
  .strictObject({
    waitForAll: z.boolean().describe("After a full stop, wait until every node was seen once"),
    lastManStanding: z.boolean().describe("Lower the votes needed as nodes leave one by one"),
    lastManStandingWindow: time.describe("Wait before they are lowered, in ms. Corosync's default 10000"),
    autoTieBreaker: z.boolean().describe("Of two equal halves, the one with the lowest node id goes on"),
  })
  .partial()

/** corosync-qdevice(8): a third vote for an even number of members, kept by a host that is none of them. */
export const quorumDeviceSchema = z
  .strictObject({
    host: z
      .string()
      .describe("Host of this inventory that is no member, such as a controller for a pair of load balancers"),
    algorithm: z
      .enum(["ffsplit", "lms"])
      .describe("ffsplit (default): one of two equal halves goes on. lms: the last node that sees the host does")
      .optional(),
  })
  .describe("A quorum device: corosync-qnetd on another host decides which half of a cut cluster goes on")

type CorosyncYaml = Readonly<Record<string, number | string | boolean | undefined>>

/**
 * Options as corosync spells them: `{ tokenCoefficient: "1s" }` is `{ token_coefficient: "1000" }`. Booleans are
 * written as the section's own manual does: `yes` and `no` in totem, `1` and `0` in quorum.
 */
export function corosyncOptions(yaml: CorosyncYaml, booleans: { true: string; false: string }): Record<string, string> {
  const entries = Object.entries(yaml).filter(
    (entry): entry is [string, number | string | boolean] => entry[1] !== undefined,
  )
  return Object.fromEntries(entries.map(([key, value]) => [snakeCase(key), optionText(value, booleans)]))
}

function snakeCase(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

function optionText(value: number | string | boolean, booleans: { true: string; false: string }): string {
  if (typeof value === "boolean") return value ? booleans.true : booleans.false
  return String(typeof value === "string" ? milliseconds(value) : value)
}
