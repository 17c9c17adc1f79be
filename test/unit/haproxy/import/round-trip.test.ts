import { fc, it as property } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { haproxyMeaning } from "../../../../src/haproxy/config/meaning.ts"
import { importHaproxy } from "../../../../src/haproxy/import/import.ts"
import { roundTrip } from "./support.ts"

const SETTINGS = [
  "mode http",
  "mode tcp",
  "log global",
  "no log",
  "maxconn 100",
  "maxconn 4000",
  "retries 2",
  "balance leastconn",
  "balance url_param id check_post",
  "option tcpka",
  "no option clitcpka",
  "option srvtcpka",
  "option tcplog",
  "option httplog",
  "option dontlognull",
  "no option dontlognull",
  "option redispatch",
  "no option redispatch",
  "option redispatch 2",
  "option httpclose",
  "option http-server-close",
  "no option http-server-close",
  "option forwardfor except 127.0.0.0/8 if-none",
  "option forwardfor",
  "option splice-auto",
  "no option splice-auto",
  "option httpchk",
  "option httpchk HEAD /live",
  "option httpchk GET /live HTTP/1.1\\r\\nHost:\\ x",
  "option mysql-check user haproxy post-41",
  "option tcp-check",
  "option ssl-hello-chk",
  "option pgsql-check user ann",
  "timeout client 5000",
  "timeout client 1m",
  "timeout server 90s",
  "timeout check 7",
  "timeout http-request 10s",
  "srvtimeout 1000",
  "errorfile 503 /etc/haproxy/errors/503.http",
  "errorfile 404 /dev/null",
  "compression algo gzip",
  "log 10.0.0.9 local3 notice",
  "fullconn 10",
]

const RULES = [
  "http-check expect status 200",
  "http-check send meth GET uri /x ver HTTP/1.1 hdr Host a.example",
  "http-check expect rstatus ^2",
  "http-check connect ssl",
  "tcp-check connect port 81",
  "tcp-check send PING\\r\\n",
  "acl inside src 10.0.0.0/8",
  "http-request deny if !inside",
  "use_backend other if inside",
  "stick-table type ip size 1m",
  "stick on src",
  "cookie SRV insert indirect",
  "default-server inter 3s",
  "default-server check ssl on-marked-down shutdown-sessions",
  'default-server inter "$EVERY"',
  "stats uri /stats",
  "bind 10.0.0.9:8443 ssl crt /etc/a.pem alpn h2,http/1.1 no-sslv3",
  'http-request set-header X-Site "$SITE"',
]

/** Where a frontend sends requests to, other than a backend of its own. */
const WAYS = [
  "acl inside src 10.0.0.0/8",
  "acl inside src 192.168.0.0/16",
  "acl static path_beg /img /css",
  "http-request deny if static !inside",
  "use_backend other if inside",
  "use_backend other unless static",
  "use_backend other",
  "use_backend %[req.hdr(host),lower]",
  "default_backend other",
  "redirect scheme https if !{ ssl_fc }",
]

const CHECKS = [
  "",
  "check",
  "check inter 2000 rise 2 fall 5",
  "check port 9200 inter 2s",
  "check check-ssl verify none",
]
const WORDS = [
  "",
  "backup",
  "weight 5",
  "maxconn 30",
  "cookie a",
  "ssl verify none",
  "slowstart 5000",
  "no-ssl",
  "resolvers dns init-addr none",
]

const lines = (pool: readonly string[], max: number) =>
  fc.subarray([...pool], { maxLength: max }).chain((some) => fc.shuffledSubarray(some, { minLength: some.length }))
const server = fc.record({
  address: fc.constantFrom("10.0.0.12", "10.0.0.13", "$ADDRESS", "10.0.0.14", "[2001:db8::1]", "web.example"),
  port: fc.constantFrom(":80", ":81", "", ":$PORT"),
  check: fc.constantFrom(...CHECKS),
  word: fc.constantFrom(...WORDS),
})
const servers = fc
  .array(server, { minLength: 0, maxLength: 3 })
  .map((list) =>
    list.map(({ address, port, check, word }, index) => `server s${index} ${address}${port} ${check} ${word}`),
  )
const bind = (index: number) =>
  fc.constantFrom(
    `bind 10.0.0.11:${8000 + index}`,
    `bind :${8000 + index}`,
    `bind 10.0.0.11:${8000 + index},10.0.0.12:${8000 + index}`,
    `bind ${8000 + index}`,
    "bind unix@/run/x",
    `bind *:$PORT${index}`,
    "bind $ADDRESS:9000",
  )

const proxy = (index: number) =>
  fc
    .tuple(
      fc.boolean(),
      bind(index),
      lines(SETTINGS, 6),
      lines(RULES, 3).map((list) => list.map((line) => line.replace(":8443", `:${8440 + index}`))),
      servers,
      lines(SETTINGS, 4),
      fc.boolean(),
      fc.oneof({ arbitrary: fc.constant("own" as const), weight: 2 }, lines(WAYS, 5)),
    )
    .map(([split, where, settings, rules, list, others, named, to]) => {
      const indent = (section: string, body: readonly string[]) =>
        [section, ...body.map((line) => `  ${line}`)].join("\n")
      if (!split) return indent(`listen p${index}`, [where, ...settings, ...rules, ...list])
      const front = named ? `p${index}_frontend` : `p${index}-in`
      const back = named ? `p${index}_backend` : `p${index}-out`
      return [
        indent(`frontend ${front}`, [where, ...settings, ...(to === "own" ? [`default_backend ${back}`] : to)]),
        indent(`backend ${back}`, [...others, ...rules, ...list]),
      ].join("\n")
    })

const defaults = lines(SETTINGS, 8).map((body) => ["defaults", ...body].join("\n  "))
const config = fc
  .tuple(
    fc.constantFrom("", "  log /dev/log local0\n"),
    defaults,
    proxy(1),
    proxy(2),
    fc.option(defaults, { nil: "" }),
    proxy(3),
    servers,
  )
  .map(([log, first, a, b, second, c, list]) => {
    const other = ["backend other", ...list].join("\n  ")
    return `global\n${log}${first}\n${a}\n${b}\n${second}\n${c}\n${other}\n`
  })

/** What haops writes on every statistics page, which shows nothing else and lets nobody do more. */
const PAGE = [
  "stats enable",
  "stats realm HAProxy Statistics",
  "stats hide-version",
  "stats show-legends",
  "stats show-node",
]

function proxiesOf(text: string, page: string | undefined): Record<string, readonly string[]> {
  const sections = Object.entries(haproxyMeaning(text).proxies)
  return Object.fromEntries(
    sections.map(([name, lines]) => {
      return [name, name.split(" ")[1] === page ? lines.filter((line) => !PAGE.includes(line)) : lines]
    }),
  )
}

it("a page of statistics chooses among no servers, whatever its file says of choosing", () => {
  const text =
    "global\ndefaults\n  mode http\n  balance leastconn\nlisten p3\n  bind 10.0.0.11:8003\n  stats uri /stats\n"
  const { config: rendered, result } = roundTrip(text)
  const page = result.haproxy.stats?.name
  expect(page).toBe("p3")
  expect(proxiesOf(rendered, page)).toEqual(proxiesOf(text, page))
  const served = haproxyMeaning(`${text}  server a 10.0.0.1:80\n`).proxies["listen p3"]
  expect(served).toContain("balance leastconn")
})

describe("whatever a file says", () => {
  property.prop([config], { numRuns: 100 })("every proxy of it means the same when the import is rendered", (text) => {
    const { config: rendered, result } = roundTrip(text)
    const page = result.haproxy.stats?.name
    expect(proxiesOf(rendered, page)).toEqual(proxiesOf(text, page))
  })

  property.prop([config], { numRuns: 30 })("an import of what was rendered means the same again", (text) => {
    const { config: once, result } = roundTrip(text)
    expect(haproxyMeaning(roundTrip(once, [...result.vips]).config).proxies).toEqual(haproxyMeaning(once).proxies)
  })
})

describe("what cannot be imported", () => {
  it.each([
    ["a block that does not end", "global\n  .if defined(X)\n  maxconn 5\n", /line 2: \.if has no \.endif/],
    ["an end without a block", "global\n  maxconn 5\n  .endif\n", /line 3: "\.endif" stands before any \.if/],
    [
      "a block of half a section",
      "global\n  .if defined(X)\n  maxconn 5\nlisten a\n  .endif\n",
      /line 2: an \.if block begins in one section and ends in another/,
    ],
    ["a quote that is not closed", 'global\n  log "x\n', /line 2/],
    ["a file that is no haproxy.cfg", "server { listen 80; }\n", /line 1: "server" stands before any section/],
  ])("%s is refused, with its line", (_, text, message) => {
    expect(() => importHaproxy({ text, vips: [], hosts: [] })).toThrow(message)
  })
})
