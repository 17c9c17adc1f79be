import { describe, expect, it } from "vitest"
import { Secret } from "../../../../src/base/secret.ts"
import { renderHaproxyConfig } from "../../../../src/haproxy/config/render.ts"
import { expand, LINES, literal, render, renderLines, renderYaml, sections, THREE } from "../support.ts"

describe("a service becomes these lines", () => {
  it.each(LINES)("$says", (one) => {
    const written = sections(renderLines(one))["listen web"]!
    expect(written.split("\n").slice(1)).toEqual(one.lines.map((line) => `  ${line}`))
  })

  it("shared servers are a section of their own, on the hosts of the services that have them", () => {
    const config = renderYaml(`
      pools:
        static: { mode: http, balance: leastconn, backendPort: 8080, retries: 1, timeouts: { server: 9s }, backends: { a: 192.168.1.3 }, raw: cookie A }
      services:
        - { name: web, port: 80, mode: http, pool: static, maxconn: 10, timeouts: { client: 8s }, raw: http-request deny }
        - { name: two, port: 81, mode: http, backends: none, split: true, routes: [{ pool: static }], rawFrontend: acl x src 10.0.0.1 }
    `)
    expect(config.slice(config.indexOf("frontend"))).toBe(`frontend web
  bind 10.0.0.11:80
  mode http
  maxconn 10
  option httplog
  timeout client 8s
  default_backend static
  http-request deny

frontend two_frontend
  bind 10.0.0.11:81
  mode http
  option httplog
  acl x src 10.0.0.1
  use_backend static

backend static
  mode http
  balance leastconn
  retries 1
  timeout server 9s
  cookie A
  server a 192.168.1.3:8080 check
`)
  })

  it("split in two, each half has what it reads and nothing that haproxy would warn about", () => {
    const config = renderYaml(`
      services:
        - name: web
          port: 80
          mode: http
          split: true
          maxconn: 10
          retries: 1
          options: [httplog, dontlognull, redispatch, tcpka, forwardfor]
          timeouts: { client: 1s, server: 2s, http-request: 3s }
          errorfiles: { 503: /e/503.http }
          backends: { a: 192.168.1.3 }
          raw: cookie SERVER insert
          rawFrontend: acl x src 10.0.0.1
    `)
    expect(config.slice(config.indexOf("frontend"))).toBe(`frontend web_frontend
  bind 10.0.0.11:80
  mode http
  maxconn 10
  option tcpka
  option httplog
  option dontlognull
  option forwardfor
  timeout http-request 3s
  timeout client 1s
  errorfile 503 /e/503.http
  default_backend web_backend
  acl x src 10.0.0.1

backend web_backend
  mode http
  balance roundrobin
  retries 1
  option tcpka
  option redispatch
  option forwardfor
  timeout server 2s
  cookie SERVER insert
  server a 192.168.1.3:80 check
`)
  })
})

describe("the file", () => {
  it("is this text, to the letter", () => {
    const config = renderYaml(`
      stats: { password: pw }
      services: [{ preset: galera }]
    `)
    expect(config).toBe(`# Managed by haops: changes made here are overwritten by the next "haops up".

global
  log stdout format short local0
  chroot /var/lib/haproxy
  user haproxy
  group haproxy
  maxconn 4000
  stats socket /var/lib/haproxy/stats mode 600 level admin expose-fd listeners
  stats timeout 30s
  server-state-file /var/lib/haproxy/haops-servers

defaults
  mode tcp
  log global
  maxconn 4000
  retries 3
  option redispatch
  timeout http-request 10s
  timeout queue 1m
  timeout connect 10s
  timeout client 1m
  timeout server 1m
  timeout check 10s
  load-server-state-from-file global

listen stats
  bind *:1080
  mode http
  stats enable
  stats uri /
  stats realm Haproxy
  stats auth admin:pw
  stats refresh 30s
  stats show-node
  stats show-legends
  stats hide-version

listen galera_cluster
  bind 10.0.0.11:3306
  mode tcp
  balance source
  server controller1 10.0.0.12:3306 check inter 2s rise 2 fall 5
  server controller2 10.0.0.13:3306 backup check inter 2s rise 2 fall 5
  server controller3 10.0.0.14:3306 backup check inter 2s rise 2 fall 5
`)
  })

  it("holds every setting of the global section", () => {
    const config = renderYaml(`
      global:
        maxconn: 100
        user: nobody
        group: nogroup
        chroot: /srv/empty
        log: [{ to: 127.0.0.1, facility: local2, level: notice }, { to: /dev/log, format: rfc5424 }]
        socket: { path: /run/h.sock, mode: "660", level: operator, timeout: 1m }
        nbthread: 2
        ssl: { caBase: /ca, crtBase: /crt, bindCiphers: "A:!B", bindCiphersuites: C, bindOptions: [ssl-min-ver, TLSv1.2] }
        tune: { bufsize: 32768 }
        raw: [ulimit-n 1000]
      defaults: { raw: [compression algo gzip] }
      services: [{ preset: galera }]
      raw: |
        userlist ops
          user a insecure-password b
    `)
    expect(sections(config).global).toBe(`global
  log 127.0.0.1 local2 notice
  log /dev/log format rfc5424 local0
  chroot /srv/empty
  user nobody
  group nogroup
  maxconn 100
  stats socket /run/h.sock mode 660 level operator expose-fd listeners
  stats timeout 1m
  server-state-file /var/lib/haproxy/haops-servers
  nbthread 2
  ca-base /ca
  crt-base /crt
  ssl-default-bind-ciphers A:!B
  ssl-default-bind-ciphersuites C
  ssl-default-bind-options ssl-min-ver TLSv1.2
  tune.bufsize 32768
  ulimit-n 1000`)
    expect(sections(config).defaults).toContain("\n  compression algo gzip")
    expect(config.endsWith("\n\nuserlist ops\n  user a insecure-password b\n")).toBe(true)
  })

  it.each([
    ["global", "{ raw: [server-state-file /srv/states] }", "{}"],
    ["defaults", "{}", "{ raw: [load-server-state-from-file none] }"],
  ])("leaves states of servers to the inventory where its %s has words for them", (_section, global, defaults) => {
    const config = renderYaml(`{ global: ${global}, defaults: ${defaults}, services: [{ preset: galera }] }`)
    expect(config.match(/server-state.*/g)).toHaveLength(1)
  })

  it("logs nowhere where the inventory says so", () => {
    expect(renderYaml("{ global: { log: [] }, services: [{ preset: galera }] }")).not.toContain("log stdout")
  })

  it("holds the services of its group alone, and the stats page of its VIP", () => {
    const setting = {
      ...THREE,
      loadbalancers: { lb1: "10.0.0.21" },
      vips: { public: { address: "192.168.1.9", on: "loadbalancers" as const }, db: "10.0.0.11" },
      haproxy: {
        stats: {
          vip: "public",
          password: "pw",
          port: 32700,
          uri: "/s",
          realm: "A B",
          user: "u",
          refresh: "5s",
          admin: true,
        },
        services: [
          { name: "web", port: 80, vip: "public" },
          { name: "sql", port: 3306, vip: "db" },
        ],
      },
    }
    const onBalancers = sections(render(setting, "loadbalancers"))
    expect(Object.keys(onBalancers).slice(3)).toEqual(["listen stats", "listen web"])
    expect(onBalancers["listen stats"]).toBe(`listen stats
  bind 192.168.1.9:32700
  mode http
  stats enable
  stats uri /s
  stats realm A\\ B
  stats auth u:pw
  stats refresh 5s
  stats show-node
  stats show-legends
  stats hide-version
  stats admin if TRUE`)
    expect(Object.keys(sections(render(setting, "controllers"))).slice(3)).toEqual(["listen sql"])
  })

  it("is a secret as soon as it holds one", () => {
    const plain = expand({ ...THREE, haproxy: { services: [{ preset: "galera" }] } }).settings
    const stats = expand({ ...THREE, haproxy: { stats: { password: "pw" } } }).settings
    expect(renderHaproxyConfig(plain, "controllers", literal)).toBeTypeOf("string")
    expect(String(renderHaproxyConfig(stats, "controllers", literal))).toBe("[secret]")
  })

  it("refuses a password that would go on on the next line", () => {
    const { settings } = expand({ ...THREE, haproxy: { stats: { password: "x" } } })
    const evil = (): Secret => new Secret("x\n  stats admin if TRUE")
    expect(() => renderHaproxyConfig(settings, "controllers", evil)).toThrow(/line break/)
  })
})
