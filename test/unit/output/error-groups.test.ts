import { expect, it } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { groupErrors } from "../../../src/output/error-groups.ts"

const refused = (host: string, at: number, why = "connection refused") =>
  new HaopsError("E_CONNECT", `cannot connect to ${host} (10.0.0.${at}:22): ${why}`, {
    host,
    hint: "is sshd running there, and is that its port (ssh.port)?",
  })
const told = (...errors: HaopsError[]) => groupErrors(errors).map(({ error: { message, hint } }) => [message, hint])

it("tells hosts that cannot be reached for one reason as one error, each with its address", () => {
  expect(told(refused("c1", 2), refused("c11", 3), refused("c2", 4, "no route to host"), refused("c3", 5))).toEqual([
    [
      "cannot connect to c1 (10.0.0.2:22), c11 (10.0.0.3:22) and c3 (10.0.0.5:22): connection refused",
      "is sshd running there, and is that its port (ssh.port)?",
    ],
    ["cannot connect to c2 (10.0.0.4:22): no route to host", expect.any(String)],
  ])
})

it("names the hosts of a message that names none", () => {
  const errors = ["c1", "c2"].map((host) => new HaopsError("E_PROBE", "the disk is full", { host }))
  expect(groupErrors(errors)).toMatchObject([
    { hosts: ["c1", "c2"], error: { message: "c1 and c2: the disk is full" } },
  ])
})

it("leaves alone what has words or a next step of its own", () => {
  const keys = ["c1", "c2"].map(
    (host, at) => new HaopsError("E_HOSTKEY", `the host key of ${host} is not known`, { host, hint: `key ${at}` }),
  )
  const result = { code: 1, signal: undefined, stdout: "", stderr: "no", durationMs: 1 }
  const failed = ["c1", "c2"].map((host) => new HaopsError("E_COMMAND", "x exited 1", { host, result }))
  expect(groupErrors([...keys, ...failed]).map(({ hosts }) => hosts)).toEqual([["c1"], ["c2"], ["c1"], ["c2"]])
})
