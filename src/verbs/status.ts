import { setInterval } from "node:timers/promises"
import { EXIT } from "../base/exit-codes.ts"
import { connectAndLook } from "../engine/look.ts"
import type { Task } from "../engine/task.ts"
import type { Unasked, View } from "../model/view.ts"
import { createRepaint, screenOptions } from "../output/screen.ts"
import { renderStatus } from "../output/status-screen.ts"
import { loadShipped } from "../playbook/load.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import { lenient } from "../status/lenient.ts"
import type { Status } from "../status/model.ts"
import { observeTask } from "../status/observe.ts"
import { loadViews } from "../status/views.ts"
import { SILENT_MS, Watcher } from "../status/watch.ts"
import type { StatusOptions } from "./options.ts"
import { openSession, type Session } from "./session.ts"

/** Seconds between two looks, where `--watch` names none. */
const WATCH_S = 5

/**
 * `haops status`: nodes, quorum, resources, VIPs, backends and drift, from one look: one connection and one `sh` a host.
 * It exits 0 where every host answered and the cluster has quorum, drift or not (`plan` and `verify` judge that); 1 where no cluster
 * runs or it has no quorum, 3 where the cluster is well but a host did not answer, 4 where none did. `--watch` ends by Ctrl-C, and so with 0.
 */
export async function status(options: StatusOptions): Promise<number> {
  if (options.versions === true) return (await import("./versions.ts")).versions(options)
  const unasked: Unasked[] = []
  await using session = await openSession({
    verb: "status",
    options,
    playbook: () => loadShipped("up"),
    steps: (all) => lenient(all, (one) => unasked.push(one)),
    looksOnly: true,
  })
  const { inventory, hosts, context, barriers, reporter } = session
  const views = await loadViews()
  const tasks = [...barriers.flatMap((barrier) => barrier.tasks), observeTask(views, { inventory, hosts, deep: false })]
  const seen = () => assembleStatus(new Answers(inventory, context.world, tasks), views, unasked)
  if (options.watch !== undefined) return await watch(session, options, tasks, { seen, views })
  await connectAndLook(context, tasks)
  if (context.abort.aborted) return EXIT.interrupted
  const picture = seen()
  const exit = exitOf(picture)
  reporter.result(exit, picture, () => renderStatus(picture, views, screenOptions(options)))
  return exit
}

async function watch(
  { context, reporter }: Session,
  options: StatusOptions,
  tasks: readonly Task[],
  { seen, views }: { seen: () => Status; views: readonly View[] },
): Promise<number> {
  const seconds = typeof options.watch === "number" ? options.watch : WATCH_S
  const watcher = new Watcher(context, tasks)
  const screen = createRepaint(process.stdout)
  // A reader that has gone (`| head`) ends it as Ctrl-C does.
  const gone = new AbortController()
  process.stdout.once("error", () => gone.abort())
  const ended = AbortSignal.any([context.abort, gone.signal])
  await reporter.close()
  const show = async (patienceMs: number) => {
    await watcher.look(patienceMs)
    if (ended.aborted) return
    const picture = seen()
    if (options.json === true) reporter.result(exitOf(picture), picture, () => "")
    else screen.draw(title(picture, seconds), renderStatus(picture, views, screenOptions(options)))
  }
  try {
    await show(SILENT_MS)
    for await (const _ of setInterval(seconds * 1000, undefined, { signal: ended })) {
      await show(seconds * 1000)
    }
  } catch (thrown) {
    if (!ended.aborted) throw thrown
  } finally {
    screen.close()
  }
  return EXIT.done
}

function title({ inventory }: Status, seconds: number): string {
  return `haops status -i ${inventory}   ${new Date().toTimeString().slice(0, 8)}, every ${seconds} s, Ctrl-C ends`
}

function exitOf({ nodes, pacemaker }: Status): number {
  const known = nodes.filter((node) => node.known)
  if (known.every(({ reached }) => !reached)) return EXIT.unreachable
  if (pacemaker !== undefined && pacemaker.state !== "online") return EXIT.failed
  return known.every(({ reached }) => reached) ? EXIT.done : EXIT.partial
}
