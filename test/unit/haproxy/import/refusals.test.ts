import { describe, expect, it } from "vitest"
import { roundTrip } from "./support.ts"

describe("a section that stays raw is told of with the line that keeps it so, and why", () => {
  it.each([
    [
      "a socket",
      "listen web\n  bind /run/web.sock\n  server a 10.0.0.2:80\n",
      2,
      "/run/web.sock is no single address and port",
    ],
    ["no bind line", "listen web\n  server a 10.0.0.2:80\n", 1, "it has no bind line"],
    [
      "two servers of one name",
      "listen web\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80\n  server a 10.0.0.3:80\n",
      4,
      "two servers are called a",
    ],
    [
      "a default-server with a variable after servers",
      'listen web\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80\n  default-server inter "$EVERY"\n',
      4,
      "default-server stands after servers that it is not for",
    ],
  ])("%s", (_, text, line, reason) => {
    const { result } = roundTrip(text)
    expect(result.haproxy).not.toHaveProperty("services")
    expect(result.notes).toContainEqual({
      kind: "kept",
      line,
      section: "listen web",
      text: `the whole section: ${reason}`,
    })
  })

  it("tells of a section of another kind without a reason: such are kept as a rule", () => {
    const text =
      "userlist ops\n  user ann insecure-password x\nlisten web\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80\n"
    expect(roundTrip(text).result.notes[0]).toEqual({
      kind: "kept",
      line: 1,
      section: "userlist ops",
      text: "the whole section",
    })
  })
})
