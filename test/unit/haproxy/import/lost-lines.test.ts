import { describe, expect, it, test } from "vitest"
import { roundTrip } from "./support.ts"

const HEAD = "defaults\n  timeout connect 1s\n  timeout client 1s\n  timeout server 1s\n"

/** The lines of one section of what an import renders to. */
function linesOf(config: string, section: string): string[] {
  const [, lines = ""] = config.split(`\n${section}\n`)
  return lines
    .split(/\n(?=\S|\n)/)[0]!
    .split("\n")
    .map((line) => line.trim())
}

describe("lines of which a section may have several come along one and all", () => {
  it.each([
    [
      "stats http-request",
      ["stats http-request auth if !{ src 10.0.0.0/8 }", "stats http-request deny if { src 10.9.9.9 }"],
    ],
    ["stats scope", ["stats scope a", "stats scope b"]],
    [
      "a rule that is said twice",
      ["http-request add-header X y", "http-request set-header X z", "http-request add-header X y"],
    ],
  ])("%s", (_, rules) => {
    const listen = ["listen web", "mode http", "bind 10.0.0.1:80", "stats enable", ...rules, "server a 10.0.0.2:80"]
    const { config, result } = roundTrip(`${HEAD}${listen.join("\n  ")}\n`)
    expect(linesOf(config, "listen web").filter((line) => rules.includes(line))).toEqual(rules)
    expect(result.notes.filter(({ section, kind }) => section === "listen web" && kind === "changed")).toEqual([])
  })
})

test.each([
  ["two settings of one value", "", "max-reuse 10 pool-low-conn 10", "max-reuse 10 pool-low-conn 10"],
  ["a default that a server has in its own way", "pool-purge-delay 5s", "pool-purge-delay 10s", "pool-purge-delay 10s"],
  ["values of settings of later versions", "", "ws h1 shard 1 guid 1", "ws h1 shard 1 guid 1"],
])("a server keeps %s", (_, usual, words, kept) => {
  const backend = [
    "listen web",
    "bind 10.0.0.1:80",
    ...(usual === "" ? [] : [`default-server ${usual}`]),
    `server a 10.0.0.2:80 ${words}`,
    "server b 10.0.0.3:80",
  ]
  const { config } = roundTrip(`${HEAD}${backend.join("\n  ")}\n`)
  expect(linesOf(config, "listen web").find((line) => line.startsWith("server a "))).toBe(
    `server a 10.0.0.2:80 ${kept}`,
  )
})

test("rules of a named defaults section are each proxy's own: haproxy refuses them in one without a name", () => {
  const rules = ["acl inside src 10.0.0.0/8", "http-request deny if !inside", "tcp-request inspect-delay 5s"]
  const defaults = [HEAD.trim().replace("defaults", "defaults base"), "mode http", ...rules].join("\n  ")
  const { config } = roundTrip(`${defaults}\nlisten web from base\n  bind 10.0.0.1:80\n  server a 10.0.0.2:80\n`)
  expect(linesOf(config, "defaults").filter((line) => rules.includes(line))).toEqual([])
  expect(linesOf(config, "listen web").filter((line) => rules.includes(line))).toEqual(rules)
})
