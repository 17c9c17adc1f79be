import { HaopsError } from "../base/errors.ts"
import { EXIT } from "../base/exit-codes.ts"
import type { RunContext } from "../engine/context.ts"
import { liveHosts } from "../engine/world.ts"
import type { HaproxySettings } from "../model/haproxy.ts"
import { Answers } from "../status/answers.ts"
import { assembleStatus } from "../status/assemble.ts"
import type { Status } from "../status/model.ts"
import { observeTask } from "../status/observe.ts"
import { loadViews } from "../status/views.ts"
import type { Session } from "./session.ts"

/** What the haproxies of the inventory say, as often as they are asked. */
interface HaproxyLook {
  settings: HaproxySettings
  /** Asks the hosts by `how`, and says what all of them answered. */
  ask(how: typeof import("../engine/look.ts").look): Promise<Status>
}

/** Throws `E_INPUT` where the inventory has none. */
export function createHaproxyLook({ inventory, hosts, context }: Session): HaproxyLook {
  const settings = inventory.haproxy
  if (settings === undefined) {
    throw new HaopsError("E_INPUT", `${inventory.file} has no haproxy section, so there is no load balancer to ask`)
  }
  const loading = loadViews()
  return {
    settings,
    async ask(how) {
      const views = await loading
      const tasks = [observeTask(views, { inventory, hosts, deep: false })]
      await how(context, tasks)
      return assembleStatus(new Answers(inventory, context.world, tasks), views)
    },
  }
}

/** How a verb ends that had something of `of` haproxies and got it of `done`. */
export function exitOfAsked({ world }: RunContext, done: number, of: number): number {
  if (liveHosts(world).length === 0) return EXIT.unreachable
  if (done === 0) return EXIT.failed
  return done < of ? EXIT.partial : EXIT.done
}
