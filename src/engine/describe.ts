import { quoteAll } from "../base/sh.ts"
import type { Action } from "../model/action.ts"

/** One line that says what an action does, for plans and logs. Holds no secret: argv cannot, contents are not shown. */
export function describeAction(action: Action): string {
  switch (action.type) {
    case "run":
      return action.label ?? quoteAll(action.argv)
    case "put":
      return `write ${action.path} (${action.mode} ${action.owner})`
    case "copy":
      return `copy ${action.path} from ${action.from} (${action.mode} ${action.owner})`
    case "wait":
      return `wait for ${action.for}, at most ${Math.round(action.timeoutMs / 1000)} s`
  }
}
