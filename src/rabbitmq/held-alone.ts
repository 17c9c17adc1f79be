import * as z from "zod"
import { HaopsError } from "../base/errors.ts"
import { count, listing } from "../base/words.ts"
import { erlCall } from "./erl-call.ts"

const MESSAGES = z.union([z.number().nonnegative(), z.literal("unknown")])
const ANSWER = z.array(z.object({ vhost: z.string(), name: z.string(), type: z.string(), messages: MESSAGES }))

/** A queue that a member alone holds: it ends with that member. */
export type HeldQueue = z.infer<typeof ANSWER>[number]

/**
 * Classic queues without a mirror that is in step, and quorum queues and streams of whose other copies no majority runs. A queue of one
 * connection ends with that anyhow. The functions for mirrors are not there in 4.0. One that has crashed does not say what it holds.
 */
const EXPRESSION = `R=rabbit_mnesia:cluster_nodes(running),
O=fun(L)->[X||X<-L,X=/=node()] end,
F=erlang:function_exported(amqqueue,get_sync_slave_pids,1),
S=fun(Q)->case F andalso amqqueue:get_sync_slave_pids(Q) of L when is_list(L)->O([node(P)||P<-L]);_->[] end end,
H=fun(Q)->case amqqueue:get_type(Q) of
rabbit_classic_queue->P=amqqueue:get_pid(Q),is_pid(P) andalso node(P)=:=node() andalso amqqueue:get_exclusive_owner(Q)=:=none andalso S(Q)=:=[];
_->T=amqqueue:get_type_state(Q),N=case is_map(T) of true->maps:get(nodes,T,[]);false->[] end,
lists:member(node(),N) andalso 2*length([X||X<-O(N),lists:member(X,R)])=<length(O(N)) end end,
M=fun(Q)->case catch rabbit_amqqueue:info(Q,[messages]) of [{messages,I}] when is_integer(I)->I;_-><<"unknown">> end end,
base64:encode_to_string(rabbit_json:encode([#{name=>element(4,amqqueue:get_name(Q)),vhost=>element(2,amqqueue:get_name(Q)),
type=>amqqueue:get_type(Q),messages=>M(Q)}||Q<-rabbit_amqqueue:list(),H(Q)])).`

/** Shell that asks a member for them. Prints nothing where it does not answer. */
export function heldScript(host: string): string {
  return `said=$(${erlCall(host, EXPRESSION)})
case $said in '{ok, "'*'"}') said=\${said#*\\"}; printf '%s\\n' "\${said%\\"*}" ;; esac`
}

/** Undefined where the member did not say. Throws `E_PROBE` on anything else. */
export function parseHeld(text: string): readonly HeldQueue[] | undefined {
  if (text === "") return undefined
  try {
    return ANSWER.parse(JSON.parse(Buffer.from(text, "base64").toString()))
  } catch (cause) {
    throw new HaopsError("E_PROBE", "RabbitMQ's queues are not of the expected form", { cause })
  }
}

/** `orders (classic, 3 messages), events (quorum, no message)` */
export function heldWords(queues: readonly HeldQueue[]): string {
  return listing(
    queues.map(({ vhost, name, type, messages }) => {
      const where = vhost === "/" ? name : `${name} of ${vhost}`
      const kind = type.replace(/^rabbit_|_queue$/g, "")
      return `${where} (${kind}, ${contents(messages)})`
    }),
    6,
  )
}

function contents(messages: HeldQueue["messages"]): string {
  if (messages === "unknown") return "unknown how many messages"
  return messages === 0 ? "no message" : count(messages, "message")
}
