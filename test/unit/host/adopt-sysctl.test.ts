import { execFileSync } from "node:child_process"
import { expect, test } from "vitest"
import { ADOPTED_SYSCTL, adoptSysctl } from "../../../src/host/adopt-sysctl.ts"

const of = (...lines: readonly string[]) => lines.map((text, at) => ({ host: `c${at + 1}`, lines: text }))

test("of several lines for a parameter the last one counts, however it is spelled", () => {
  const lines = "net.ipv4.ip_nonlocal_bind=0\n-net/ipv4/ip_nonlocal_bind = 1\nnet.core.wmem =  4096\t16384  9"
  expect(adoptSysctl(of(lines, lines))).toEqual({
    settings: { "net.ipv4.ip_nonlocal_bind": "1", "net.core.wmem": "4096 16384 9" },
    differing: [],
  })
})

test("a parameter that not all hosts set alike is left out, and named", () => {
  expect(adoptSysctl(of("net.ipv4.ip_forward = 1", ""))).toEqual({ settings: {}, differing: ["net.ipv4.ip_forward"] })
})

test("the question is one that sh understands, and it has an answer on a host with none of the files", () => {
  const script = ADOPTED_SYSCTL.replaceAll("/etc/sysctl", "/nonexistent/sysctl")
  expect(execFileSync("sh", ["-euc", script], { encoding: "utf8" })).toBe("")
})
