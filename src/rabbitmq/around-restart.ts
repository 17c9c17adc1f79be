import type { Action, RunAction } from "../model/action.ts"
import { erlCall } from "./erl-call.ts"
import { nodeName } from "./settings.ts"

/** As a `Detour`, of commands that are run on the member itself. */
interface AroundRestart {
  before: readonly RunAction[]
  after: readonly Action[]
}

/**
 * What is done before a member of several restarts, so that no queue is without a majority or a leader meanwhile, and what is waited for
 * before the next one's turn.
 */
export function aroundRestart(host: string, members: readonly string[]): AroundRestart {
  return {
    before: [
      ask("look whether a queue would lose its quorum", "rabbitmq-queues", "check_if_node_is_quorum_critical"),
      ask("hand over what it leads", "rabbitmq-upgrade", "drain"),
    ],
    after: [allUp(host, members), ask("wait for its queues", "rabbitmq-upgrade", "await_online_quorum_plus_one")],
  }
}

/** Where it may not run, since an earlier run's restart failed: it has nothing to hand over then. */
export function ifRunning(action: RunAction): RunAction {
  const script = 'systemctl --quiet is-active rabbitmq-server.service || exit 0; exec "$@"'
  return { ...action, argv: ["sh", "-c", script, "haops-rabbitmq", ...action.argv] }
}

function ask(label: string, ...argv: string[]): RunAction {
  return { type: "run", argv, label, timeoutMs: 120_000 }
}

/** Waits until this member sees all that it knows up. */
function allUp(host: string, members: readonly string[]): Action {
  const names = [...members].sort().map((name) => `'${nodeName(name)}'`)
  const expression = `[]=[N||N<-[${names.join(",")}],lists:member(N,rabbit_mnesia:cluster_nodes(all)),not lists:member(N,rabbit_mnesia:cluster_nodes(running))],true.`
  return {
    type: "wait",
    for: `RabbitMQ on ${host} to see the others`,
    script: `case $(${erlCall(host, expression)}) in '{ok, true}') ;; *) exit 1 ;; esac`,
    timeoutMs: 120_000,
    hint: "See: journalctl -u rabbitmq-server -n 50",
  }
}
