import { describe, expect, it } from "vitest"
import { HaopsError } from "../../../src/base/errors.ts"
import { InputError } from "../../../src/document/problems.ts"
import { renderError } from "../../../src/output/error-screen.ts"
import { createScrub } from "../../../src/output/scrub.ts"
import { commandError } from "./samples.ts"

const PLAIN = { color: false, verbose: false }

describe("renderError", () => {
  it("says what failed, in the remote's own words, and what to do", () => {
    const error = commandError({ stderr: "[ALERT] (12) : parsing [haproxy.cfg:3]\n", hint: "Correct the service." })
    expect(
      renderError(error, { ...PLAIN, logFile: "~/x/haops.log" }),
    ).toBe(`controller2: haproxy config failed: haproxy -c -f /etc/haproxy/haproxy.cfg
  exited 1

  controller2 said (exit 1 after 1.2 s):
    [ALERT] (12) : parsing [haproxy.cfg:3]
  Next: Correct the service.
  E_COMMAND  controller2  full log: ~/x/haops.log
`)
  })

  it("keeps the lines of what belongs under the message, cleaned and without secrets", () => {
    const details = ["@@ -1,2 +1,2 @@", "-  server c1 10.0.0.1", "+  server c1 10.0.0.2 \u001b[2Jhunter2hunter2"]
    const scrub = createScrub(() => ["hunter2hunter2"])
    const text = renderError(new HaopsError("E_REFUSED", "another plan", { details }), { ...PLAIN, scrub })
    expect(text).toContain("another plan\n\n  @@ -1,2 +1,2 @@\n  -  server c1 10.0.0.1\n  +  server c1 10.0.0.2 ")
    expect(text).not.toMatch(/\u001b|hunter2/)
  })

  it("shows standard output where standard error is empty", () => {
    expect(renderError(commandError({ stdout: "it is broken" }), PLAIN)).toContain("\n    it is broken\n")
  })

  it("says so where the remote said nothing", () => {
    expect(renderError(commandError(), PLAIN)).toContain("\n  controller2 said nothing (exit 1 after 1.2 s).\n")
  })

  it("cuts the middle of long output, and shows all of it with verbose", () => {
    const stderr = Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\n")
    const text = renderError(commandError({ stderr }), PLAIN)
    expect(text).toContain("    line 5\n    … 28 lines more, with -v or in the log\n    line 34\n")
    expect(renderError(commandError({ stderr }), { ...PLAIN, verbose: true })).toContain("    line 20\n")
  })

  it("shows a stack and its causes only with verbose", () => {
    const error = new HaopsError("E_BUG", "x is undefined", { cause: new TypeError("cannot read y") })
    expect(renderError(error, PLAIN)).not.toContain(" at ")
    const verbose = renderError(error, { ...PLAIN, verbose: true })
    expect(verbose).toContain("  at ")
    expect(verbose).toContain("caused by TypeError: cannot read y")
  })

  it("lists every problem of an input with its place and nothing else", () => {
    const place = { file: "prod.yaml", line: 14, column: 3 }
    const error = new InputError([
      { ...place, path: ["vip"], message: 'unknown key "vip" in the inventory', suggestion: "vips" },
      { ...place, line: 21, path: ["name"], message: "name: must not be empty" },
    ])
    expect(renderError(error, PLAIN)).toBe(`${error.message}\n`)
    expect(error.message).toMatch(/^prod.yaml:14:3 +unknown key "vip"/)
  })

  it("passes no escape sequence of the remote on", () => {
    const stderr = "\u001b]0;owned\u0007\u001b[2Jred\u001b[31m\u009b2J \u202Etxt"
    expect(renderError(commandError({ stderr }), PLAIN)).not.toMatch(/[\u001b\u0007\u009b\u202e]/)
  })

  it("masks a secret that the remote printed", () => {
    const scrub = createScrub(() => ["hunter22"])
    const text = renderError(commandError({ stderr: "bad password hunter22" }), { ...PLAIN, scrub })
    expect(text).toContain("bad password [secret]")
  })
})
