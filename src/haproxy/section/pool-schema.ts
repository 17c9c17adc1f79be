import * as z from "zod"
import { serviceShape } from "./service-schema.ts"

const { balance, backends, backendPort, active, check, server, mode, retries, options, timeouts, rawServer } =
  serviceShape

/** Servers that services send requests to: a backend section of its own. Its key is its name. */
export const poolSchema = z
  .strictObject({
    balance,
    backends,
    backendPort,
    active,
    check,
    server,
    mode,
    retries,
    options,
    timeouts,
    rawServer,
    raw: serviceShape.raw.describe("Further lines of the backend section"),
  })
  .describe("Servers that several services, or a service's routes, send requests to")

export type PoolYaml = z.output<typeof poolSchema>
