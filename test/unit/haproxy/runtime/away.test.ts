import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import type { HaopsError } from "../../../../src/base/errors.ts"
import {
  type Balancer,
  bringAllBack,
  bringBack,
  requireAnother,
  takeAway,
} from "../../../../src/haproxy/runtime/away.ts"
import { AWAY } from "../../../../src/haproxy/runtime/marks.ts"
import { type AdminState, readSetOutcome, setServerCommand } from "../../../../src/haproxy/runtime/set-server.ts"
import { haproxyServers } from "../../../../src/haproxy/steps/haproxy-servers.ts"
import { run, SHELLS, sandbox } from "../../step-harness.ts"

const SOCKET = "/run/haproxy.sock"
const PID_FILE = "/nonexistent/haproxy.pid"
const BALANCER: Balancer = {
  ...{ host: "c1", socket: SOCKET, pidFile: PID_FILE, backend: "db", server: "one", oneWriter: true, risesMs: 6000 },
}

/** `refuses`: it obeys no command. `keeps`: its table's entry is in use. `deaf`: to questions that begin so. */
interface Ways {
  runs?: boolean
  refuses?: boolean
  keeps?: boolean
  deaf?: string
}

/** A haproxy with these servers of `db`, whose clients stay with the first; it does what it is told. */
function fakeHaproxy(states: Readonly<Record<string, string>>, ways: Ways = {}) {
  const box = sandbox({
    systemctl: `exit ${ways.runs === false ? 3 : 0}`,
    logger: "",
    // A second goes by with each look at the clock.
    sleep: "",
    date: `cd "\${0%/*}"; echo >>clock; wc -l <clock`,
    perl: `[ "$1" != -MSocket ] || exit 0
cd "\${0%/*}"; shift 3
to() { sed -i "s/^\\(db,\${3#db/},.*,\\)[A-Z]*,/\\1$6,/" stat; sed -i "s/^\\(3 db [0-9]* \${3#db/} .* \\)[0-9]*$/\\1$7/" states; }
for line; do
  case $line in ${ways.deaf ?? "nothing"}*) echo 'no answer within 5 s' >&2; exit 110 ;; esac
  echo "$line" >>asked; echo "@@answer $line"
  set -- $line
  case $line in
    'show servers state'*) cat states ;;
    'show stat') cat stat ;;
    'show table '*) cat table ;;
    'clear table '*) ${ways.keeps ? "echo 'Entry currently in use, cannot remove'" : ": >table"} ;;
    'set server '*) ${ways.refuses ? "echo 'Permission denied'; continue" : ""}
      case $5 in drain) to "$@" DRAIN 8 ;; maint) to "$@" MAINT 1 ;; *) to "$@" UP 0 ;; esac ;;
  esac
done`,
  })
  const names = Object.keys(states)
  const put = (name: string, lines: readonly string[]) => writeFileSync(join(box.path, name), `${lines.join("\n")}\n`)
  const admin = (state = "") => (({ DRAIN: 8, MAINT: 1 }) as Record<string, number>)[state] ?? 0
  put("asked", [])
  put("states", [
    ...["1", "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state"],
    ...names.map((name, at) => `3 db ${at + 1} ${name} 10.0.0.${at + 1} 2 ${admin(states[name])}`),
  ])
  put("stat", [
    "# pxname,svname,scur,status,bck",
    ...names.map((name) => `db,${name},${",".repeat(15)}${states[name]},`),
  ])
  put("table", ["# table: db, type: integer, size:1024, used:1", "0x55: key=1 use=0 exp=0 server_id=1 server_name=one"])
  const away = join(box.path, "away", "list")
  const does = (argv: readonly string[], shell: string) =>
    run(String(argv[2]).replaceAll(AWAY, away), { shell, path: box.path }).stdout
  const probe = haproxyServers.probe({ socket: SOCKET, pidFile: PID_FILE })
  return {
    does,
    /** The operator's word, and how the command ended. */
    says(wanted: AdminState, shell: string, oneWriter = true) {
      const { stdin } = setServerCommand(SOCKET, wanted, { ...BALANCER, oneWriter }, "said")
      const ended = { code: 0, signal: undefined, stdout: "", stderr: "", durationMs: 1 }
      try {
        return { ...ended, stdout: does(["", "", String(stdin)], shell) }
      } catch (thrown) {
        const { status, stdout, stderr } = thrown as { status: number; stdout: Buffer; stderr: Buffer }
        return { ...ended, code: status, stdout: String(stdout), stderr: String(stderr) }
      }
    },
    told: () =>
      readFileSync(join(box.path, "asked"), "utf8")
        .split("\n")
        .filter((line) => /^(set|clear)/.test(line)),
    away: () => (existsSync(away) ? readFileSync(away, "utf8") : undefined),
    marked(...lines: readonly string[]) {
      mkdirSync(join(box.path, "away"), { recursive: true })
      writeFileSync(away, lines.map((line) => `${line}\n`).join(""))
    },
    /** What the next run finds drained. */
    found: (shell: string) => probe.parse({ stdout: does(["", "", probe.script as string], shell), stderr: "" }),
    [Symbol.dispose]: () => box[Symbol.dispose](),
  }
}

describe.each(SHELLS)("in %s, a server that stops for a moment", (shell) => {
  test("gets no new connection, not by the table either, and is brought back", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" })
    haproxy.does(takeAway(BALANCER).argv, shell)
    expect(haproxy.told()).toEqual(["set server db/one state drain", "clear table db key 1"])
    expect(haproxy.away()).toBe("db/one\n")
    haproxy.does(bringBack(BALANCER).argv, shell)
    expect(haproxy.told().slice(2)).toEqual(["set server db/one state ready"])
    expect(haproxy.away()).toBeUndefined()
  })

  test("stays where nobody else takes its clients, which every haproxy is asked before one has drained it", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "DOWN", three: "MAINT" })
    for (const { argv } of [requireAnother(BALANCER), takeAway(BALANCER)])
      expect(() => haproxy.does(argv, shell)).toThrow("no other server of db takes connections here")
    expect(haproxy.told()).toEqual([])
    expect(haproxy.away()).toBeUndefined()
    using well = fakeHaproxy({ one: "UP", two: "UP" })
    well.does(requireAnother(BALANCER).argv, shell)
    expect(well.told()).toEqual([])
  })

  test("stays in service where it may, and nobody else takes its clients", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "DOWN" })
    haproxy.does(takeAway(BALANCER, "stay").argv, shell)
    expect(haproxy.away()).toBeUndefined()
    haproxy.does(bringBack(BALANCER).argv, shell)
    expect(haproxy.told()).toEqual([])
    using well = fakeHaproxy({ one: "UP", two: "UP" })
    well.does(takeAway(BALANCER, "stay").argv, shell)
    expect(well.away()).toBe("db/one\n")
  })

  test.each(["DRAIN", "MAINT", "DOWN"])("is left as an operator, or a check, has it: %s", (state) => {
    using haproxy = fakeHaproxy({ one: state, two: "UP" })
    haproxy.does(takeAway(BALANCER).argv, shell)
    haproxy.does(bringBack(BALANCER).argv, shell)
    expect(haproxy.told().filter((line) => line.startsWith("set"))).toEqual([])
  })

  test("is brought back by the next run where this one is cut short, with all others", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP", three: "UP" })
    haproxy.does(takeAway(BALANCER).argv, shell)
    haproxy.does(takeAway({ ...BALANCER, server: "two" }).argv, shell)
    expect(haproxyServers.check({ socket: "" }, haproxy.found(shell), {} as never)).toMatchObject([
      { attribute: "db/one", want: "in service" },
      { attribute: "db/two", want: "in service" },
    ])
    haproxy.does(bringAllBack(SOCKET, PID_FILE).argv, shell)
    expect(haproxy.told().slice(-2)).toEqual(["set server db/one state ready", "set server db/two state ready"])
    expect(haproxy.found(shell)).toEqual([])
    expect(haproxy.away()).toBeUndefined()
  })

  test("loses its mark alone where others have theirs", () => {
    using haproxy = fakeHaproxy({ one: "DRAIN", two: "DRAIN", three: "UP" })
    haproxy.marked("db/two", "db/one")
    haproxy.does(bringBack(BALANCER).argv, shell)
    expect(haproxy.away()).toBe("db/two\n")
  })

  test("is told nothing where haproxy does not run, and comes back with its next start", () => {
    using haproxy = fakeHaproxy({ one: "DRAIN", two: "UP" }, { runs: false })
    for (const { argv } of [requireAnother(BALANCER), takeAway(BALANCER)]) haproxy.does(argv, shell)
    expect(haproxy.away()).toBeUndefined()
    haproxy.marked("db/one")
    expect(haproxy.found(shell)).toEqual([])
    haproxy.does(bringBack(BALANCER).argv, shell)
    expect(haproxy.away()).toBeUndefined()
    haproxy.marked("db/one")
    haproxy.does(bringAllBack(SOCKET, PID_FILE).argv, shell)
    expect(haproxy.away()).toBeUndefined()
    expect(haproxy.told()).toEqual([])
  })

  test("is not taken for drained, nor for free, where haproxy does not answer", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" }, { deaf: "show" })
    for (const { argv } of [requireAnother(BALANCER), takeAway(BALANCER)])
      expect(() => haproxy.does(argv, shell)).toThrow("no answer within 5 s")
    haproxy.marked("db/one")
    for (const { argv } of [bringBack(BALANCER), bringAllBack(SOCKET, PID_FILE)])
      expect(() => haproxy.does(argv, shell)).toThrow("no answer within 5 s")
    expect(() => haproxy.found(shell)).toThrow("no answer within 5 s")
    expect(haproxy.away()).toBe("db/one\n")
  })

  test("has no mark by a command that haproxy refused, whose words are shown", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" }, { refuses: true })
    expect(() => haproxy.does(takeAway(BALANCER).argv, shell)).toThrow("haproxy said: Permission denied")
    expect(haproxy.away()).toBeUndefined()
    using drained = fakeHaproxy({ one: "DRAIN", two: "UP" }, { refuses: true })
    drained.marked("db/one")
    for (const { argv } of [bringBack(BALANCER), bringAllBack(SOCKET, PID_FILE)])
      expect(() => drained.does(argv, shell)).toThrow("haproxy said: Permission denied")
    expect(drained.away()).toBe("db/one\n")
  })

  test.each(["MAINT", "UP", "DOWN"])("is not ready by a mark of before, where it is %s by now", (state) => {
    using haproxy = fakeHaproxy({ one: state, two: "UP" })
    haproxy.marked("db/one")
    expect(haproxy.found(shell)).toEqual([])
    haproxy.does(bringBack(BALANCER).argv, shell)
    haproxy.marked("db/one")
    haproxy.does(bringAllBack(SOCKET, PID_FILE).argv, shell)
    expect(haproxy.told()).toEqual([])
    expect(haproxy.away()).toBeUndefined()
  })
})

describe.each(SHELLS)("in %s, an operator's word", (shell) => {
  test("to drain keeps new connections away by the table as well", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" })
    haproxy.says("drain", shell, false)
    expect(haproxy.told()).not.toContain("clear table db key 1")
    haproxy.says("drain", shell)
    expect(haproxy.told()).toContain("clear table db key 1")
  })

  test.each(["drain", "maint", "ready"] as const)("holds after a run's own drain: %s", (wanted) => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" })
    haproxy.does(takeAway(BALANCER).argv, shell)
    haproxy.says(wanted, shell)
    expect(haproxy.away()).toBeUndefined()
    const told = haproxy.told()
    haproxy.does(bringBack(BALANCER).argv, shell)
    expect(haproxy.found(shell)).toEqual([])
    haproxy.does(bringAllBack(SOCKET, PID_FILE).argv, shell)
    expect(haproxy.told()).toEqual(told)
  })

  test("that haproxy refuses changes nothing, and is told with haproxy's words", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" }, { refuses: true })
    haproxy.marked("db/one")
    const outcome = readSetOutcome(haproxy.says("drain", shell), "drain", BALANCER)
    expect(outcome).toMatchObject({ said: "Permission denied", seen: false })
    expect(haproxy.told()).toEqual(["set server db/one state drain"])
    expect(haproxy.away()).toBe("db/one\n")
  })

  const failure = (haproxy: ReturnType<typeof fakeHaproxy>) => {
    try {
      readSetOutcome(haproxy.says("drain", shell), "drain", BALANCER)
    } catch (thrown) {
      return (thrown as HaopsError).message
    }
    return undefined
  }

  test("where clients go on coming by the table says so, with haproxy's reason", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" }, { keeps: true })
    const reason = "Entry currently in use, cannot remove"
    expect(failure(haproxy)).toBe(`haproxy goes on sending the clients of db to one, and says: ${reason}`)
  })

  test.each(["show table", "clear table"])(
    "is not taken for heard by the table where haproxy is deaf to: %s",
    (deaf) => {
      using haproxy = fakeHaproxy({ one: "UP", two: "UP" }, { deaf: `'${deaf}'` })
      expect(failure(haproxy)).toBe("haproxy could not be asked: no answer within 5 s")
      expect(() => haproxy.does(takeAway(BALANCER).argv, shell)).toThrow("no answer within 5 s")
    },
  )

  test("about a server that haproxy does not have is not taken for done", () => {
    using haproxy = fakeHaproxy({ two: "UP", three: "UP" })
    expect(readSetOutcome(haproxy.says("drain", shell), "drain", BALANCER).seen).toBe(false)
    expect(haproxy.told()).not.toContain("clear table db key 1")
  })
})
