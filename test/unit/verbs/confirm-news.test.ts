import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { Cost } from "../../../src/engine/costs.ts"
import { confirmNews } from "../../../src/verbs/confirm-news.ts"
import type { Session } from "../../../src/verbs/session.ts"
import { plan } from "../output/samples.ts"

const cost = (text: string): Cost => ({ key: text, kind: text, text })
const session = { context: { stop: new AbortController().signal }, reporter: {} } as unknown as Session
const terminal = process.stdin.isTTY

beforeEach(() => {
  process.stdin.isTTY = false
})
afterEach(() => {
  process.stdin.isTTY = terminal
  vi.restoreAllMocks()
})

test("--yes covers more of a kind that was shown", async () => {
  const news = { costs: [cost("a restart")], strange: [] }
  await expect(confirmNews(session, { yes: true }, plan(), news)).resolves.toBe(true)
})

test("--yes does not cover what is of another kind: that is named, and nothing else", async () => {
  const news = { costs: [cost("a restart"), cost("a stop")], strange: [cost("a stop")] }
  await expect(confirmNews(session, { yes: true }, plan(), news)).rejects.toMatchObject({
    code: "E_REFUSED",
    message: "this was not in the plan that was confirmed: a stop",
  })
})

test("without a terminal to ask on, anything new ends the run", async () => {
  const news = { costs: [cost("a restart"), cost("a stop")], strange: [] }
  await expect(confirmNews(session, {}, plan(), news)).rejects.toMatchObject({
    code: "E_REFUSED",
    message: "this was not in the plan that was confirmed: a restart; a stop",
  })
})
