import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { checkFiles } from "../../../src/galera/config/check-files.ts"
import { SHELLS, sandbox } from "../step-harness.ts"

const ASKED = "OPTIONS / HTTP/1.0\r\nHost: x\r\n\r\n"

describe.each(SHELLS)("the check over HTTP in %s", (shell) => {
  const answer = ({ donor = false, mariadb = "", request = ASKED }) => {
    using box = sandbox({ mariadb, timeout: 'shift; "$@"' })
    const script = checkFiles("10.0.0.12", { port: 9200, donor })[0]!.content
    const env = { PATH: `${box.path}:${process.env.PATH}` }
    const { stdout, stderr } = spawnSync(shell, ["-c", String(script)], { env, input: request, encoding: "utf8" })
    // bash takes a socket on standard input for a login by the network, and reads the user's own file.
    return { stdout, stderr: shell.endsWith("bash") ? "" : stderr }
  }
  const http = (status: string, body: string) => ({
    stdout: `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: ${body.length + 1}\r\n\r\n${body}\n`,
    stderr: "",
  })
  const says = (state: string, readOnly: number) => `echo '${state}'; echo ${readOnly}`
  const OUT = "503 Service Unavailable"

  test.each([
    { what: "Synced", donor: false, mariadb: says("Primary 4 ON", 0), status: "200 OK", body: "Primary 4 ON 0" },
    {
      what: "a donor that may serve",
      donor: true,
      mariadb: says("Primary 2 ON", 0),
      status: "200 OK",
      body: "Primary 2 ON 0",
    },
    {
      what: "a donor that may not",
      donor: false,
      mariadb: says("Primary 2 ON", 0),
      status: OUT,
      body: "Primary 2 ON 0",
    },
    {
      what: "one that takes no writes",
      donor: true,
      mariadb: says("Primary 4 ON", 1),
      status: OUT,
      body: "Primary 4 ON 1",
    },
    {
      what: "one that is cut off",
      donor: true,
      mariadb: says("non-Primary 0 OFF", 0),
      status: OUT,
      body: "non-Primary 0 OFF 0",
    },
    { what: "one that is dead", donor: true, mariadb: "echo ERROR 2002 >&2; exit 1", status: OUT, body: "no answer" },
    {
      what: "one that hangs",
      donor: true,
      mariadb: `${says("Primary 4 ON", 0)}; exit 124`,
      status: OUT,
      body: "no answer",
    },
  ])("$what: $status", ({ donor, mariadb, status, body }) => {
    expect(answer({ donor, mariadb })).toEqual(http(status, body))
  })

  test.each(["", "GET / HTTP/1.0\n\n", "GET / HTTP/1.1\r\nX: a\\b\r\n\r\nthe body is not read"])(
    "is answered: %j",
    (request) => {
      expect(answer({ mariadb: says("Primary 4 ON", 0), request })).toEqual(http("200 OK", "Primary 4 ON 0"))
    },
  )
})
