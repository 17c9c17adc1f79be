import { readFileSync } from "node:fs"
import { fc, it as property } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { haproxyMeaning } from "../../../../src/haproxy/config/meaning.ts"
import { parseHaproxyConfig } from "../../../../src/haproxy/config/parse.ts"
import { tokenize } from "../../../../src/haproxy/config/tokens.ts"
import { word } from "../../../../src/haproxy/config/words.ts"

const words = (line: string): string[] => tokenize(line).tokens.map((token) => token.text)

describe("a line is split as haproxy splits it", () => {
  it.each([
    ["  stats  realm OpenStack\\ Haproxy", ["stats", "realm", "OpenStack Haproxy"]],
    ["bind :80 # comment", ["bind", ":80"]],
    ["a\\#b c#d", ["a#b", "c"]],
    [`log-format "%ci \\"x\\" \\$HOME $VAR"`, ["log-format", `%ci "x" $HOME $VAR`]],
    ["a 'b \\ # \"c' d", ["a", `b \\ # "c`, "d"]],
    ["a\\'b", ["a'b"]],
    ["send AUTH\\ x\\r\\n\\x41", ["send", "AUTH x\r\nA"]],
    ["^/a\\.b\\d$", ["^/a\\.b\\d$"]],
    ['a""b ""', ["ab", ""]],
    ["", []],
  ])("%s", (line, expected) => expect(words(line)).toEqual(expected))

  it("names the line of a quote that is not closed", () => {
    expect(() => parseHaproxyConfig('global\n  log "x\n')).toThrow(/line 2: a quote .* is not closed/)
  })

  it("refuses a directive before any section", () => {
    expect(() => parseHaproxyConfig("# x\nmaxconn 5\n")).toThrow('line 2: "maxconn" stands before any section')
  })

  property.prop([fc.array(fc.string({ unit: "grapheme" }).filter((text) => !/[\0\n\r]/.test(text)))])(
    "what is written as a word is read as that word",
    (texts) => {
      expect(words(texts.map(word).join(" "))).toEqual(texts)
    },
  )
})

describe("the meaning of a file", () => {
  const file = readFileSync(new URL("../../../cases/haproxy/seed-001.cfg", import.meta.url), "utf8")
  // The seed names no target for its log, so that nothing said of logs would mean anything.
  const seed = file.replace("global\n", "global\n  log /dev/log local0\n")
  const lines = seed.split("\n")
  /** Said twice: by a default, or by `tcpka`, which includes `clitcpka`. Without `global` a file cannot be read. */
  const IMPLIED = /^\s*(mode\s+tcp|balance roundrobin|retries\s+3|option\s+clitcpka|global|#.*)?$/

  it.each(lines.map((line, index) => [index + 1, line.trim()] as const).filter(([, line]) => !IMPLIED.test(line)))(
    "line %i (%s) is part of it",
    (number) => {
      expect(haproxyMeaning(lines.filter((_, index) => index + 1 !== number).join("\n"))).not.toEqual(
        haproxyMeaning(seed),
      )
    },
  )

  it("does not depend on comments, blanks, implied lines and the order of directives", () => {
    const bare = lines
      .filter((line) => !IMPLIED.test(line) || line === "global")
      .map((line) => line.trim().replace(/(?<!\\)\s+/g, "\t"))
    expect(haproxyMeaning(bare.join("\n"))).toEqual(haproxyMeaning(seed))
    const swapped = seed.replaceAll(/( {2}option {2}tcpka\n)( {2}option {2}httpchk\n)/g, "$2$1")
    expect(swapped).not.toBe(seed)
    expect(haproxyMeaning(swapped)).toEqual(haproxyMeaning(seed))
  })

  it.each([
    ["durations", "timeout client 60000", "timeout client 1m"],
    ["old timeouts", "clitimeout 60s", "timeout client 1m"],
    ["the last of a kind", "retries 2\nretries 3", "retries 3"],
    ["keepalive by halves", "option tcpka", "option srvtcpka\noption clitcpka"],
    ["the default HTTP check", "option httpchk", "option httpchk OPTIONS / HTTP/1.0"],
    ["an HTTP check by path", "option httpchk /x", "option httpchk OPTIONS /x"],
    ["rival log formats", "log 10.0.0.9 local0\noption httplog\noption tcplog", "log 10.0.0.9 local0\noption tcplog"],
    ["what is taken back", "option redispatch\nno option redispatch", ""],
    ["addresses", "bind :80,0.0.0.0:81", "bind *:81\nbind *:80"],
    ["a server's settings", "server a 1.1.1.1:1 inter 2s check", "server a 1.1.1.1:1 check inter 2000"],
    ["retries that haproxy makes anyway", "retries 3", ""],
    ["a log that has no target", "log global\noption tcplog", ""],
    ["the options of a bind line", "bind :80 ssl crt /a alpn h2", "bind :80 alpn h2 ssl crt /a"],
    ["the log of TCP", "log 10.0.0.9 local0\noption httplog", "log 10.0.0.9 local0\noption tcplog"],
    ["what HTTP alone reads", "mode tcp\noption forwardfor", "mode tcp"],
    [
      "a rival that is not the one taken back",
      "option http-server-close\nno option httpclose",
      "option http-server-close",
    ],
    ["a stats page", "stats refresh 30s\nstats uri /a\nstats uri /b", "stats uri /b\nstats refresh 30000ms"],
  ])("knows %s to be the same", (_, one, other) => {
    expect(haproxyMeaning(`listen x\n${one}`)).toEqual(haproxyMeaning(`listen x\n${other}`))
  })

  it.each([
    ["the order of servers", "server a 1.1.1.1:1\nserver b 1.1.1.2:1", "server b 1.1.1.2:1\nserver a 1.1.1.1:1"],
    ["the order of rules", "http-request deny\nhttp-request allow", "http-request allow\nhttp-request deny"],
    ["a backup", "server a 1.1.1.1:1 backup", "server a 1.1.1.1:1"],
    ["the order of checks", "http-check connect\nhttp-check send", "http-check send\nhttp-check connect"],
    ["the order of certificates", "bind :1 ssl crt /a crt /b", "bind :1 ssl crt /b crt /a"],
    [
      "where a default for servers stands",
      "default-server check\nserver a 1.1.1.1:1",
      "server a 1.1.1.1:1\ndefault-server check",
    ],
    ["an address", "bind 10.0.0.1:80", "bind 10.0.0.2:80"],
  ])("sees %s", (_, one, other) => {
    expect(haproxyMeaning(`listen x\n${one}`)).not.toEqual(haproxyMeaning(`listen x\n${other}`))
  })

  it("fills in what defaults say, for the half that reads it", () => {
    const inherited = haproxyMeaning(
      "defaults\nmode http\noption tcpka\nretries 4\ntimeout client 1s\nfrontend f\nbind :80\nbackend b\nmode tcp\n",
    )
    expect(inherited.proxies).toEqual({
      "frontend f": ["bind *:80", "mode http", "option clitcpka", "timeout client 1000ms"],
      "backend b": ["balance roundrobin", "mode tcp", "option srvtcpka", "retries 4"],
    })
  })

  it("follows `from` to the defaults of that name", () => {
    const named = "defaults a\nmode http\ndefaults b from a\nretries 5\ndefaults\nlisten x from b\nlisten y\n"
    expect(haproxyMeaning(named).proxies).toEqual({
      "listen x": ["balance roundrobin", "mode http", "retries 5"],
      "listen y": ["balance roundrobin", "mode tcp", "retries 3"],
    })
  })

  it("forgets a log where a section says `no log`", () => {
    const config = "global\nlog /dev/log local0\ndefaults\nlog global\nlisten x\nno log\nlisten y\n"
    const { proxies } = haproxyMeaning(config)
    expect([proxies["listen x"]!.includes("log global"), proxies["listen y"]!.includes("log global")]).toEqual([
      false,
      true,
    ])
  })

  it("keeps other sections as they are, and forgets the defaults of before at the next ones", () => {
    const config = "defaults\nretries 4\ndefaults\nmaxconn 5\nlisten x\nuserlist u\nuser a password b\n"
    expect(haproxyMeaning(config)).toEqual({
      global: [],
      proxies: { "listen x": ["balance roundrobin", "maxconn 5", "mode tcp", "retries 3"] },
      others: { "userlist u": ["user a password b"] },
    })
  })
})
