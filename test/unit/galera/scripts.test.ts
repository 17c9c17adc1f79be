import { expect, test } from "vitest"
import { AWAIT_SYNCED, JOIN, READ, START } from "../../../src/galera/node/scripts.ts"
import type { RunAction } from "../../../src/model/action.ts"
import { run, SHELLS, sandbox } from "../step-harness.ts"

/** What a script has systemctl do to a member: `active` is what its unit is at first; it is Synced when asked for the nth time. */
function asked({ argv }: RunAction, shell: string, { active, syncedAt }: { active: string; syncedAt: number }): string {
  using box = sandbox({
    systemctl: `case $1 in
  is-active) echo ${active}; [ ${active} = active ] ;;
  kill | stop | start) echo "$1" ;;
  --quiet) [ "$2" = is-active ] && [ ${active} = active ] ;;
esac`,
    mariadb: `cd "\${0%/*}"; echo >>asked; [ "$(grep -c '' asked)" -ge ${syncedAt} ] && echo Primary,Synced,ON`,
    pgrep: "exit 1",
    timeout: 'shift; "$@"',
    runuser: "echo --wsrep_start_position=a:1",
    ...{ rm: "", mkdir: "", sleep: "" },
  })
  return run(String(argv[2]), { shell, path: box.path }).stdout.trim().replaceAll("\n", " ")
}

test.each(SHELLS)("a member that is about to come is not killed for it: %s", (shell) => {
  expect(asked(JOIN, shell, { active: "activating", syncedAt: 4 })).toBe("")
})

test.each(SHELLS)("nor is one that was too slow to answer, and serves: %s", (shell) => {
  expect(asked(JOIN, shell, { active: "active", syncedAt: 1 })).toBe("")
})

test.each(SHELLS)("what forms a cluster while others are looked at is not stopped for its position: %s", (shell) => {
  expect(asked(READ, shell, { active: "active", syncedAt: 1 })).toBe("")
})

test.each(SHELLS)("a stop that is under way is waited for before a KILL: %s", (shell) => {
  expect(asked(JOIN, shell, { active: "deactivating", syncedAt: 2 })).toBe("stop start")
})

test.each(SHELLS)("one that catches up is waited for until it is Synced, though its unit is active: %s", (shell) => {
  expect(asked(AWAIT_SYNCED, shell, { active: "active", syncedAt: 4 })).toBe("")
})

test.each(SHELLS)("and one that goes down meanwhile fails with its state: %s", (shell) => {
  expect(() => asked(AWAIT_SYNCED, shell, { active: "failed", syncedAt: 4 })).toThrow(
    "mariadb is failed and not Synced",
  )
})

test("members count as tried when their time is over, not when a run that may be cut short starts them", () => {
  const script = String(START.argv[2])
  expect(script.indexOf("galera-tried")).toBeGreaterThan(script.indexOf("until synced"))
})

test.each(SHELLS)(
  "one that is down is started, and one without a majority stopped in good order before: %s",
  (shell) => {
    expect(asked(JOIN, shell, { active: "active", syncedAt: 2 })).toBe("stop start")
    expect(asked(JOIN, shell, { active: "inactive", syncedAt: 2 })).toBe("kill stop start")
  },
)
