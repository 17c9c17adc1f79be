import { describe, expect, test } from "vitest"
import { calm, Home, TRANSPORTS } from "./harness.ts"
import { runShell, startSshServer } from "./server.ts"

const MIB = 1024 * 1024

test("an account that prints 18 MiB before its command begins costs no more than the way they take", async () => {
  await using server = await startSshServer({
    exec: (line, channel, env) => runShell(`head -c ${18 * MIB} /dev/zero | tr '\\0' x; ${line}`, channel, env),
  })
  await using home = new Home()
  const node = await home.to(server)
  expect(await node.exec({ argv: ["echo", "there"] }, calm)).toMatchObject({ code: 0, stdout: "there\n" })
})

describe.each(TRANSPORTS)("by %s", (transport) => {
  test("one that never comes to its command is given up by name", async () => {
    await using server = await startSshServer({ exec: (_line, channel, env) => runShell("exec yes", channel, env) })
    await using home = new Home(transport)
    const node = await home.to(server)
    await expect(node.exec({ argv: ["true"] }, calm)).rejects.toMatchObject({
      code: "E_AUTH",
      host: "node1",
      message: "the login of root on node1 printed more than 32 MiB before any command began",
    })
  })
})
