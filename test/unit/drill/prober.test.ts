import { createServer, type RequestListener } from "node:http"
import { type AddressInfo, createServer as createTcp, type Server } from "node:net"
import { describe, expect, onTestFinished, test } from "vitest"
import { askHttp, askTcp } from "../../../src/drill/ask.ts"
import { startProber } from "../../../src/drill/prober.ts"

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

async function http(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listening(createServer(listener))}/`
}

describe("a request", () => {
  test.each([
    [200, true],
    [404, true],
    [503, false],
  ])("answered with %i: %s, of which the status is kept, however long the page", async (status, ok) => {
    const url = await http((_, response) => response.writeHead(status).end("a page\n".repeat(100_000)))
    expect(await askHttp(url, 1000)).toEqual({ ok, answer: `HTTP ${status}` })
  })

  test("whose answer breaks off has failed", async () => {
    const url = await http((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half a page")
      setImmediate(() => response.destroy())
    })
    expect(await askHttp(url, 1000)).toMatchObject({ ok: false })
  })

  test("that is never answered has failed when its time is up", async () => {
    const url = await http(() => {})
    expect(await askHttp(url, 50)).toMatchObject({ ok: false })
  })

  test("to a port where nobody listens has failed", async () => {
    const url = "http://127.0.0.1:1/"
    expect(await askHttp(url, 1000)).toMatchObject({ ok: false, answer: expect.stringContaining("ECONNREFUSED") })
    expect(await askTcp("127.0.0.1", 1, 1000)).toEqual({ ok: false, answer: "refused" })
  })

  test("over TCP is answered by a connection", async () => {
    const port = await listening(createTcp(() => {}))
    expect(await askTcp("127.0.0.1", port, 1000)).toEqual({ ok: true, answer: "accepted" })
  })
})

describe("a prober", () => {
  test("asks on time though nothing answers, and gives every request's end when it is stopped", async () => {
    const waiting: (() => void)[] = []
    const prober = startProber(
      () => new Promise((resolve) => waiting.push(() => resolve({ ok: true, answer: "late" }))),
      5,
    )
    while (prober.sent < 5) await new Promise(setImmediate)
    expect(prober.attempts).toEqual([])
    const stopped = prober.stop()
    for (const answer of waiting) answer()
    const attempts = await stopped
    expect(attempts.length).toBeGreaterThanOrEqual(5)
    expect(attempts.map(({ sentMs }) => sentMs)).toEqual(attempts.map(({ sentMs }) => sentMs).sort((a, b) => a - b))
    expect(prober.attempts).toEqual(attempts)
  })
})
