import { describe, expect, test } from "vitest"
import { stringify } from "yaml"
import { Secret } from "../../../src/base/secret.ts"
import { adoptHaproxy } from "../../../src/haproxy/adopt.ts"
import { renderHaproxyConfig } from "../../../src/haproxy/config/render.ts"
import { serviceSections } from "../../../src/haproxy/config/service.ts"
import { needs } from "../../../src/haproxy/needs.ts"
import { GALERA } from "../../../src/model/galera.ts"
import { settingsOf } from "../../../src/model/section.ts"
import { parseInventory } from "../parse-inventory.ts"

const HEAD = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2, c3: 10.0.0.3 }\n"
const TWO = "name: lab\ncontrollers: { c1: 10.0.0.1, c2: 10.0.0.2 }\n"
const VIP = "pacemaker: { password: { env: P } }\nvips: { vip: 10.0.0.100/24 }\n"

const literal = () => new Secret("none")

function galeraOf(text: string, head = HEAD) {
  return settingsOf(parseInventory(`${head}${text}\n`, "lab.yaml"), GALERA)
}

describe("the section galera", () => {
  test("has a default for everything", () => {
    expect(galeraOf("galera: {}")).toEqual({
      on: "controllers",
      sst: { method: "mariabackup", password: undefined },
      check: { port: 9200, donor: true },
      settings: {},
      provider: {},
      databases: [],
    })
    expect(galeraOf("galera: { sst: { method: rsync } }")?.check).toEqual({ port: 9200, donor: false })
    expect(galeraOf("galera: { check: false }")?.check).toBeUndefined()
  })

  test("says each setting as the server spells it", () => {
    const galera = galeraOf("galera: { settings: { max-connections: 500, innodb_buffer_pool_size: 512M } }")
    expect(galera?.settings).toEqual({ max_connections: "500", innodb_buffer_pool_size: "512M" })
  })

  test("has a database's user by its name", () => {
    const galera = galeraOf(
      "galera: { databases: { nova: { password: { env: N } }, nova_api: { user: nova, password: { env: N } } } }",
    )
    expect(galera?.databases.map(({ name, user }) => `${user} ${name}`)).toEqual(["nova nova", "nova nova_api"])
  })

  test.each([
    [
      "a misspelt key",
      "galera: { chek: { port: 9200 } }",
      /yaml:3:11 unknown key "chek" in galera; did you mean "check"/s,
    ],
    ["two members without a word on quorum", "galera: {}", /two members have no majority without each other/, TWO],
    ["no member", "galera: { on: loadbalancers }", /no loadbalancers to be members/],
    [
      "what haops writes itself",
      "galera: { settings: { wsrep-cluster-name: x } }",
      /wsrep-cluster-name: haops writes it itself: it is the inventory's name/,
    ],
    ...["datadir", "wsrep-data-home-dir", "innodb_data_home_dir", "innodb_log_group_home_dir", "socket", "port"].map(
      (key): [string, string, RegExp] => [
        `${key}, where haops would not look`,
        `galera: { settings: { ${key}: /data } }`,
        new RegExp(`${key}: haops looks for it where Debian has it alone`),
      ],
    ),
    [
      "a database of the server's own",
      "galera: { databases: { mysql: { password: { env: P } } } }",
      /mysql: it is the server's own/,
    ],
    [
      "a user of the server's own",
      "galera: { databases: { nova: { user: root, password: { env: P } } } }",
      /root: it is the server's own/,
    ],
    [
      "a user of haops's own",
      "galera: { databases: { haops_sst: { password: { env: P } } } }",
      /haops_sst: it is haops's own/,
    ],
    [
      "the provider's address",
      "galera: { provider: { gmcast.listen_addr: x } }",
      /gmcast.listen_addr: haops writes it itself/,
    ],
    [
      "a value that would end its line",
      'galera: { settings: { sql_mode: "a#b" } }',
      /holds a character that would end the value/,
    ],
    [
      "a password that nobody needs",
      "galera: { sst: { method: rsync, password: { env: P } } }",
      /rsync logs in as nobody/,
    ],
    [
      "a user with two passwords",
      "galera: { databases: { a: { user: u, password: { env: A } }, b: { user: u, password: { env: B } } } }",
      /the user u has another password for a \(line 3\)/,
    ],
    [
      "a check that haproxy does not ask",
      `${VIP}haproxy: { services: [{ preset: galera, override: { galera_cluster: { check: { port: 9300 } } } }] }\ngalera: {}`,
      /galera.check.port.*haproxy's galera_cluster asks port 9300, and the members answer at 9200/,
    ],
    [
      "a check that is asked and not there",
      `${VIP}haproxy: { services: [{ preset: galera, override: { galera_cluster: { check: { type: http, port: 9200 } } } }] }\ngalera: { check: false }`,
      /asks port 9200, and galera has no check/,
    ],
  ])("refuses %s", (_name, text, message, head = HEAD) => {
    expect(() => galeraOf(text, head)).toThrow(message)
  })

  test("warns of a password in plain text, and of an even number", () => {
    const text = `${HEAD.replace(" }", ", c4: 10.0.0.4 }")}galera: { databases: { a: { password: x } } }\n`
    expect(parseInventory(text, "lab.yaml").warnings).toEqual([
      expect.stringContaining("galera.databases.a.password: a secret in plain text"),
      expect.stringContaining("4 members survive no more failures than 3"),
    ])
  })
})

test("a word on quorum may stand there beforehand, and two members are taken with one", () => {
  expect(galeraOf("galera: { quorum: first }", TWO)?.quorum).toBe("first")
  expect(galeraOf("galera: { quorum: stop }")?.quorum).toBe("stop")
})

describe("haproxy before the members", () => {
  const service = (galera: string, check = "") => {
    const inventory = parseInventory(
      `${HEAD}${VIP}haproxy: { services: [{ preset: galera${check} }] }\n${galera}\n`,
      "lab.yaml",
    )
    return inventory.haproxy!.services[0]!
  }

  test("asks their check, stays with the writer it has come to, and ends what is left at one that is out", () => {
    const { check, raw, servers } = service("galera: {}")
    expect(check).toMatchObject({ type: "http", port: 9200, http: { method: "GET", expect: "200" }, interval: "2s" })
    expect(raw).toEqual(["stick-table type integer size 1k nopurge peers haops", "stick on int(1)"])
    expect(servers.map(({ backup }) => backup)).toEqual([false, true, true])
    expect(new Set(servers.map((one) => one.raw))).toEqual(new Set(["on-marked-down shutdown-sessions"]))
  })

  test("has that in its section", () => {
    expect(serviceSections(service("galera: {}")).join("\n")).toContain(`  option httpchk GET /
  http-check expect status 200
  stick-table type integer size 1k nopurge peers haops
  stick on int(1)
  server c1 10.0.0.1:3306 check port 9200 inter 2s fastinter 500ms rise 2 fall 5 on-marked-down shutdown-sessions
  server c2 10.0.0.2:3306 backup check port 9200 inter 2s fastinter 500ms rise 2 fall 5 on-marked-down shutdown-sessions
`)
  })

  const file = (more = "", services = "") => {
    const text = `${HEAD}${VIP}haproxy: { services: [{ preset: galera }${services}]${more} }\ngalera: {}\n`
    const inventory = parseInventory(text, "lab.yaml")
    const [host] = inventory.hosts
    const ports = needs(inventory, host!)?.ports?.map(({ use, address, port }) => `${use} ${address}:${port}`)
    return { text: String(renderHaproxyConfig(inventory.haproxy!, "controllers", literal)), ports }
  }

  test("has the same file from an inventory that was made of it", () => {
    const { text } = file()
    const named = (name: string, address: string) => ({ name, address })
    const hosts = ["1", "2", "3"].map((number) => named(`c${number}`, `10.0.0.${number}`))
    const { yaml } = adoptHaproxy(text, hosts, [named("vip", "10.0.0.100")])
    const adopted = parseInventory(`${HEAD}${VIP}${stringify({ haproxy: yaml })}galera: {}\n`, "lab.yaml")
    expect(String(renderHaproxyConfig(adopted.haproxy!, "controllers", literal))).toBe(text)
  })

  test("hands on over a reload which member that is, by haproxy's local peer and a port of the loopback", () => {
    const { text, ports } = file()
    expect(text).toMatch(/\n\npeers haops\n {2}peer "\$\{HAPROXY_LOCALPEER\}" 127\.0\.0\.1:1078\n$/)
    expect(ports).toContain("peers haops 127.0.0.1:1078")
    const taken = ", { name: web, port: 1078, backends: { a: 10.0.0.9:80 } }"
    expect(file("", taken).text).toMatch(/ {2}peer \S+ 127\.0\.0\.1:1077\n/)
  })

  test("leaves sections of that kind as the inventory has them, and a table of its own", () => {
    const others = "\n  peer a 10.0.0.1:10000\n  peer b 10.0.0.2:10000"
    const beside = file(`, raw: ${JSON.stringify(`peers mine${others}`)}`).text
    expect(beside).toContain(`\n\npeers mine${others}\n`)
    expect(beside.match(/^peers /gm)).toHaveLength(2)
    for (const own of ["peers haops", "peers haops # on a port of ours"]) {
      expect(file(`, raw: ${JSON.stringify(`${own}${others}`)}`).text.match(/^peers .*/gm)).toEqual([own])
    }
    const table = "stick-table type ip size 2 peers mine\nstick on dst"
    const inventory = parseInventory(
      `${HEAD}${VIP}haproxy: { services: [{ preset: galera, override: { galera_cluster: { raw: ${JSON.stringify(table)} } } }] }\ngalera: {}\n`,
      "lab.yaml",
    )
    expect(inventory.haproxy?.services[0]?.raw).toEqual(table.split("\n"))
    expect(inventory.haproxy?.peers).toBeUndefined()
  })

  test.each([
    ["{ type: tcp, interval: 200ms }", undefined],
    ["{ type: tcp, interval: 1s }", "500ms"],
    ["{ type: tcp, interval: 10s, fastInterval: 3s }", "3s"],
  ])(
    "asks no slower than the inventory has it, and at its own pace while a member goes or comes: %s",
    (check, pace) => {
      expect(service("galera: {}", `, override: { galera_cluster: { check: ${check} } }`).check?.fastInterval).toBe(
        pace,
      )
    },
  )

  test("is as it was where haops does not run them, or not their check", () => {
    expect(service("galera: { check: false }")).toEqual(service(""))
  })
})
