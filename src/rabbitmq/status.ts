import * as z from "zod"
import { HaopsError } from "../base/errors.ts"

/** What a member says of itself and of the cluster, in its own words. */
const STATUS = z.discriminatedUnion("running", [
  z.object({ running: z.literal(false), members: z.array(z.string()) }),
  z.object({
    running: z.literal(true),
    /** Those that it knows, and those of them that run, as far as it sees. */
    members: z.array(z.string()),
    up: z.array(z.string()),
    partitions: z.array(z.string()),
    users: z.array(z.object({ name: z.string(), tags: z.array(z.string()), hash: z.string(), algorithm: z.string() })),
    vhosts: z.array(z.string()),
    permissions: z.array(
      z.object({
        user: z.string(),
        vhost: z.string(),
        configure: z.string(),
        write: z.string(),
        read: z.string(),
      }),
    ),
    policies: z.array(
      z.object({
        vhost: z.string(),
        name: z.string(),
        pattern: z.string(),
        "apply-to": z.string(),
        definition: z.record(z.string(), z.unknown()),
        priority: z.number(),
      }),
    ),
    queues: z.number(),
    /** Quorum queues that have fewer copies than they are declared with, none of them here, and a majority that can take one in. */
    short: z.number(),
    /** Quorum queues whose copy here is listed and does not run, as after a kill just when it was made; the others have a majority. */
    dead: z.number(),
    alarms: z.array(z.string()),
    version: z.string(),
  }),
])

export type RabbitmqStatus = z.infer<typeof STATUS>
export type RunningStatus = Extract<RabbitmqStatus, { running: true }>

/** Binds L to a function that lists the quorum queues for which another one holds: S for those that `short` counts, E for `dead`. */
const QUEUES = `R=rabbit_mnesia:cluster_nodes(running),
K=fun(Q)->Y=amqqueue:get_type_state(Q),case is_map(Y) of true->maps:get(nodes,Y,[]);false->[] end end,
O=fun(N)->length([X||X<-N,lists:member(X,R)]) end,
W=fun(Q)->case lists:keyfind(<<"x-quorum-initial-group-size">>,1,amqqueue:get_arguments(Q)) of {_,_,N} when is_integer(N)->N;_->application:get_env(rabbit,quorum_cluster_size,3) end end,
S=fun(Q)->N=K(Q),not lists:member(node(),N) andalso length(N)<W(Q) andalso 2*O(N)>length(N) end,
G=fun(Q)->case amqqueue:get_pid(Q) of {X,_} when is_atom(X)->whereis(X)=:=undefined;_->false end end,
E=fun(Q)->N=K(Q),lists:member(node(),N) andalso G(Q) andalso 2*O(N--[node()])>length(N) end,
L=fun(F)->[Q||Q<-rabbit_amqqueue:list(),amqqueue:get_type(Q)=:=rabbit_quorum_queue,F(Q)] end`

/** Evaluates to how many copies are still to come here: 0 where each queue has all that it should. */
export const LACKING_EXPRESSION = `${QUEUES},length(L(S))+length(L(E)).`

/**
 * Takes the copies that `dead` counts out of their queues, and evaluates to what went wrong. Looked at twice: one that is just being
 * started is not dead.
 */
export const DROP_DEAD_EXPRESSION = `${QUEUES},
D=[amqqueue:get_name(Q)||Q<-L(E)],timer:sleep(2000),T=[amqqueue:get_name(Q)||Q<-L(E)],
[X||N<-D,lists:member(N,T),X<-[rabbit_quorum_queue:delete_member(element(2,N),element(4,N),node())],X=/=ok].`

/**
 * Evaluates to the status as JSON, in base64: erl_call prints terms. Of one whose application is stopped the members are those that it
 * remembers. Works on 3.8 to 4.0.
 */
export const STATUS_EXPRESSION = `B=fun(L)->[atom_to_binary(N,utf8)||N<-lists:sort(L)] end,
T=fun(X) when is_binary(X)->X;(X) when is_atom(X)->atom_to_binary(X,utf8);(X)->iolist_to_binary(io_lib:format("~0p",[X])) end,
M=fun(D) when is_list(D)->maps:from_list(D);(D)->D end,
P=fun(L)->maps:from_list([{T(K),case K of definition->M(V);priority->V;_->T(V) end}||{K,V}<-L]) end,
U=fun(L)->N=proplists:get_value(user,L),{ok,I}=rabbit_auth_backend_internal:lookup_user(N),#{name=>N,tags=>[T(X)||X<-proplists:get_value(tags,L)],hash=>base64:encode(element(3,I)),algorithm=>T(element(5,I))} end,
A=B(rabbit_mnesia:cluster_nodes(all)),
${QUEUES},
base64:encode_to_string(rabbit_json:encode(case rabbit:is_running() of
false->#{running=>false,members=>A};
true->#{running=>true,members=>A,up=>B(rabbit_mnesia:cluster_nodes(running)),partitions=>B(rabbit_node_monitor:partitions()),
users=>[U(L)||L<-rabbit_auth_backend_internal:list_users()],vhosts=>rabbit_vhost:list_names(),
permissions=>[P(L)||L<-rabbit_auth_backend_internal:list_permissions()],policies=>[P(L)||L<-rabbit_policy:list()],
queues=>length(rabbit_amqqueue:list_names()),short=>length(L(S)),dead=>length(L(E)),alarms=>[T(X)||X<-rabbit_alarm:get_alarms()],version=>T(list_to_binary(rabbit_misc:version()))} end)).`

/** Reads what the expression evaluates to. Throws `E_PROBE` on anything else. */
export function parseStatus(base64: string): RabbitmqStatus {
  const text = Buffer.from(base64, "base64").toString()
  try {
    return STATUS.parse(JSON.parse(text))
  } catch (cause) {
    throw new HaopsError("E_PROBE", "RabbitMQ's status is not of the expected form", { cause })
  }
}
