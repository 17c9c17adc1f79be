import * as z from "zod"
import { readAnswer } from "../../host/answer.ts"
import { defineStep } from "../../model/step.ts"
import { agentOf } from "../node/agent.ts"
import { bringAllBack, stillAway } from "../runtime/away.ts"

const want = z.strictObject({
  socket: z.string().describe("The runtime socket."),
  pidFile: z.string().optional().describe("Where an agent writes haproxy's process id, if not where the unit does."),
})

/** Servers that a run drained for their restart and did not bring back, since it was cut short: in service again. */
export const haproxyServers = defineStep<z.infer<typeof want>, readonly string[]>({
  kind: "haproxy-servers",
  summary: "servers that a run which was cut short has left drained in haproxy, in service again",
  want,
  bind({ inventory, host }) {
    const { haproxy } = inventory
    if (haproxy === undefined || !haproxy.on.includes(host.group)) return undefined
    const pidFile = agentOf(inventory, host).agent?.pidFile
    return { socket: haproxy.global.socket.path, ...(pidFile === undefined ? {} : { pidFile }) }
  },
  title: () => "haproxy servers",
  probe: ({ socket, pidFile }) => ({
    script: stillAway(socket, pidFile),
    parse: ({ stdout }) => readAnswer(stdout, ["away"]).all("away"),
  }),
  check: (_want, away) =>
    away.map((name) => ({
      attribute: name,
      have: "drained by a run that was cut short",
      want: "in service",
      risk: "none",
    })),
  plan: ({ socket, pidFile }) => [bringAllBack(socket, pidFile)],
})
