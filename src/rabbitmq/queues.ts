import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import { settingsOn } from "../model/section.ts"
import type { Observed } from "../model/view.ts"
import { erlCall } from "./erl-call.ts"
import { RABBITMQ } from "./settings.ts"

const QUEUES_ANSWER = z.object({ quorum: z.number(), without: z.array(z.string()) })

/** Quorum queues as a member sees them. */
export interface QueuesState {
  /** How many there are. */
  quorum: number
  /** Those of which no majority is online: nothing can be published to them or consumed. */
  without: readonly string[]
}

const EXPRESSION = `R=rabbit_mnesia:cluster_nodes(running),
N=fun(Q)->S=amqqueue:get_type_state(Q),case is_map(S) of true->maps:get(nodes,S,[]);false->[] end end,
L=[{element(4,amqqueue:get_name(Q)),N(Q)}||Q<-rabbit_amqqueue:list(),amqqueue:get_type(Q)=:=rabbit_quorum_queue],
base64:encode_to_string(rabbit_json:encode(#{quorum=>length(L),without=>[Q||{Q,M}<-L,2*length([X||X<-M,lists:member(X,R)])=<length(M)]})).`

/** Asked of each member by itself; undefined where it does not answer. */
export const QUEUES: Observed<QueuesState | undefined> = {
  name: "rabbitmq-queues",
  script({ inventory, host }) {
    if (settingsOn({ inventory, host }, RABBITMQ) === undefined) return undefined
    return `said=$(${erlCall(host.name, EXPRESSION)})
case $said in '{ok, "'*'"}') said=\${said#*\\"}; printf '%s\\n' "\${said%\\"*}" ;; esac`
  },
  parse(text) {
    if (text === "") return undefined
    try {
      return QUEUES_ANSWER.parse(JSON.parse(Buffer.from(text, "base64").toString()))
    } catch (cause) {
      throw new HaopsError("E_PROBE", "RabbitMQ's queues are not of the expected form", { cause })
    }
  },
}
