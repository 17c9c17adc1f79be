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

  it("keeps a backend of another mode than tcp and http", () => {
    const text = "backend agents\n  mode spop\n  timeout server 3s\n  server a 10.0.0.2:9000\n"
    const { config, result } = roundTrip(text)
    expect(config).toContain(text.trim())
    const reason = "the whole section: an inventory has no mode spop"
    expect(result.notes).toContainEqual({ kind: "kept", line: 2, section: "backend agents", text: reason })
  })

  it("keeps what may have its defaults from a block, after the block", () => {
    const block = "defaults\n  mode tcp\n.if feature(OPENSSL)\ndefaults\n  mode http\n.endif\n"
    const { config, result } = roundTrip(`${block}listen web\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80\n`)
    expect(result.haproxy).not.toHaveProperty("services")
    expect(config.replace(/^ +/gm, "")).toContain(`${block}listen web\nbind 10.0.0.1:80\n`.replace(/^ +/gm, ""))
    const reason = 'the whole section: its defaults may be those of the block ".if feature(OPENSSL)"'
    expect(result.notes).toContainEqual({ kind: "kept", line: 3, section: "listen web", text: reason })
  })

  it("takes what has defaults of its own after a block", () => {
    const text = ".if feature(OPENSSL)\ndefaults\n  mode http\n.endif\ndefaults\n  mode tcp\n"
    const { result } = roundTrip(`${text}listen web\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80\n`)
    expect(result.haproxy.services).toHaveLength(1)
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
