import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { AWAY, type Balancer, bringAllBack, bringBack, takeAway } from "../../../../src/haproxy/runtime/away.ts"
import { setServerCommand } from "../../../../src/haproxy/runtime/set-server.ts"
import { haproxyServers } from "../../../../src/haproxy/steps/haproxy-servers.ts"
import { run, SHELLS, sandbox } from "../../step-harness.ts"

const BALANCER: Balancer = { host: "c1", socket: "/run/haproxy.sock", backend: "db", server: "one", oneWriter: true }

/** A haproxy with these servers of `db`, whose clients stay with the first; it does what it is told. */
function fakeHaproxy(states: Readonly<Record<string, string>>) {
  const box = sandbox({
    systemctl: "exit 0",
    logger: "",
    perl: `[ "$1" != -MSocket ] || exit 0
cd "\${0%/*}"; shift 3
for line; do
  echo "$line" >>asked; echo "@@answer $line"
  set -- $line
  case $line in
    'show servers state '*) cat states ;;
    'show stat') cat stat ;;
    'show table '*) cat table ;;
    'clear table '*) : >table ;;
    'set server '*) case $5 in drain) to=DRAIN ;; *) to=UP ;; esac; sed -i "s/^\\(db,\${3#db/},.*,\\)[A-Z]*,/\\1$to,/" stat ;;
  esac
done`,
  })
  const names = Object.keys(states)
  const put = (name: string, lines: readonly string[]) => writeFileSync(join(box.path, name), `${lines.join("\n")}\n`)
  put("states", ["1", "# be_id be_name srv_id srv_name", ...names.map((name, at) => `3 db ${at + 1} ${name}`)])
  put("stat", ["# pxname,svname", ...names.map((name) => `db,${name},${",".repeat(15)}${states[name]},`)])
  put("table", ["# table: db, type: integer, size:1024, used:1", "0x55: key=1 use=0 exp=0 server_id=1 server_name=one"])
  const away = join(box.path, "away", "list")
  return {
    does: (argv: readonly string[], shell: string) =>
      run(String(argv[2]).replaceAll(AWAY, away), { shell, path: box.path }).stdout,
    told: () =>
      readFileSync(join(box.path, "asked"), "utf8")
        .split("\n")
        .filter((line) => /^(set|clear)/.test(line)),
    away: () => (existsSync(away) ? readFileSync(away, "utf8") : undefined),
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

  test("stays where nobody else takes its clients", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "DOWN", three: "MAINT" })
    expect(() => haproxy.does(takeAway(BALANCER).argv, shell)).toThrow("no other server of db takes connections here")
    expect(haproxy.told()).toEqual([])
    expect(haproxy.away()).toBeUndefined()
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
    const probe = haproxyServers.probe({ socket: "" })
    const seen = probe.parse({ stdout: haproxy.does(["", "", probe.script], shell), stderr: "" })
    expect(haproxyServers.check({ socket: "" }, seen, {} as never)).toMatchObject([
      { attribute: "db/one", want: "in service" },
      { attribute: "db/two", want: "in service" },
    ])
    haproxy.does(bringAllBack("/run/haproxy.sock").argv, shell)
    expect(haproxy.told().slice(-2)).toEqual(["set server db/one state ready", "set server db/two state ready"])
    expect(haproxy.does(["", "", probe.script], shell)).toBe("")
  })

  test("drained by an operator's word it gets no new connection by the table either", () => {
    using haproxy = fakeHaproxy({ one: "UP", two: "UP" })
    const told = (oneWriter: boolean) => {
      const { stdin } = setServerCommand("/run/haproxy.sock", "drain", { ...BALANCER, oneWriter }, "said")
      haproxy.does(["", "", String(stdin)], shell)
      return haproxy.told()
    }
    expect(told(false)).not.toContain("clear table db key 1")
    expect(told(true)).toContain("clear table db key 1")
  })
})
