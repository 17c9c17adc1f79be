import { describe, expect, test } from "vitest"
import { inOrderOf } from "../../../../src/haproxy/config/server-order.ts"

const server = (name: string, more = "check") => `    server ${name} 10.0.0.${name.slice(-1)}:80 ${more}`
const config = (balance: string, ...servers: string[]) =>
  ["# by haops", "", "global", "    daemon", "", "listen web", `    balance ${balance}`, ...servers, "", ""].join("\n")

const [one, two, three] = [server("c1"), server("c2"), server("c3")] as [string, string, string]
const spare = [server("c8", "backup check"), server("c9", "backup check")] as const

describe("servers in another order", () => {
  test.each(["roundrobin", "leastconn", "static-rr", "random", "random(3)"])("stay as they are under %s", (balance) => {
    const have = config(balance, three, one, two)
    expect(inOrderOf(config(balance, one, two, three), have)).toBe(have)
  })

  test.each(["first", "source", "uri", "hdr(host)", "url_param id"])("change under %s, which goes by it", (balance) => {
    const wanted = config(balance, one, two, three)
    expect(inOrderOf(wanted, config(balance, three, one, two))).toBe(wanted)
  })

  test("change where backups change places: the first of them counts", () => {
    const wanted = config("roundrobin", one, two, ...spare)
    expect(inOrderOf(wanted, config("roundrobin", one, two, spare[1], spare[0]))).toBe(wanted)
    const moved = config("roundrobin", two, spare[0], one, spare[1])
    expect(inOrderOf(wanted, moved)).toBe(moved)
  })

  test("change where they are others, or of another section", () => {
    const wanted = config("roundrobin", one, two)
    expect(inOrderOf(wanted, config("roundrobin", two, three))).toBe(wanted)
    expect(inOrderOf(wanted, config("roundrobin", two, one, one))).toBe(wanted)
    expect(inOrderOf(wanted, config("roundrobin", two, one).replace("listen web", "listen api"))).toBe(wanted)
  })

  test("are all that is taken from there", () => {
    const have = config("roundrobin", two, one).replace("daemon", "maxconn 9").replace("# by haops", "# by hand")
    expect(inOrderOf(config("roundrobin", one, two), have)).toBe(config("roundrobin", two, one))
    expect(inOrderOf("", "")).toBe("")
  })
})
