import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { drillsReport } from "../../src/output/report/drills.ts"
import { runReport } from "../../src/output/report/report.ts"
import { type Opened, openPage, SCREENSHOTS, startChromium } from "./chromium.ts"
import { DRILLED, DRILLS } from "./samples.ts"

// What the script of a page with a chart does, in a real Chromium.

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(async () => await browser?.close())

let opened: Opened
let page: Page
afterEach(async () => await page?.close())

async function open(name: string, html: string): Promise<void> {
  opened = await openPage(browser, name, html)
  page = opened.page
}

/** Where something is in the chart's own field, as shares of it. */
async function spot(across: number, down = 0.5): Promise<readonly [number, number]> {
  const field = page.locator(".u-over").first()
  await field.scrollIntoViewIfNeeded()
  const { x, y, width, height } = (await field.boundingBox())!
  return [x + across * width, y + down * height]
}

async function drag(from: number, to: number): Promise<void> {
  const end = await spot(to)
  await page.mouse.move(...(await spot(from)))
  await page.mouse.down()
  await page.mouse.move(...end, { steps: 4 })
  await page.mouse.up()
}

const said = async () => (await page.locator(".readout").first().textContent())!

/** What is shown, in seconds since the fault, once nothing is pointed at. */
async function shown(): Promise<readonly [number, number]> {
  await page.mouse.move(5, 5)
  const [, from, to] = /^Shown: (\S+) s to (\S+) s$/.exec(await said())!
  return [Number(from), Number(to)]
}

/** Pixels of the chart that have exactly this colour of the page. */
async function inked(name: string): Promise<number> {
  return await page
    .locator("canvas")
    .first()
    .evaluate((canvas, name) => {
      const { width, height } = canvas as HTMLCanvasElement
      // A copy, of which a browser does not say that it is read too often.
      const copy = new OffscreenCanvas(width, height + 1).getContext("2d", { willReadFrequently: true })!
      copy.drawImage(canvas as HTMLCanvasElement, 0, 0)
      copy.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(name)
      copy.fillRect(0, height, 1, 1)
      const [red, green, blue] = copy.getImageData(0, height, 1, 1).data
      const { data } = copy.getImageData(0, 0, width, height)
      let count = 0
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3] === 255 && data[at] === red && data[at + 1] === green && data[at + 2] === blue) count++
      }
      return count
    }, name)
}

describe("a drill's chart", () => {
  beforeEach(async () => await open("drill", runReport(DRILLED)))
  afterEach(() => expect(opened).toMatchObject({ complaints: [], requests: [] }))

  test("is drawn in the page's colours: answers, failures, the outage", async () => {
    expect(await inked("--ok")).toBeGreaterThan(500)
    expect(await inked("--bad")).toBeGreaterThan(50)
    expect(await inked("--del")).toBeGreaterThan(500)
  })

  test("follows the reader's day and night while it is open", async () => {
    const day = await inked("--ok")
    // Told after the page's own script, which asked first.
    await page.evaluate(() => {
      const night = new Promise<void>((done) => {
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTimeout(done))
      })
      Reflect.set(globalThis, "night", night)
    })
    await page.emulateMedia({ colorScheme: "dark" })
    await page.evaluate(() => Reflect.get(globalThis, "night"))
    expect(await inked("--ok")).toBeGreaterThan(day / 2)
    expect(await inked("--bad")).toBeGreaterThan(50)
  })

  test("tells what is pointed at, and after which event", async () => {
    await page.mouse.move(...(await spot(0.5)))
    expect(await said()).toMatch(/^[\d.]+ s: answered in \d+ ms \(after 5: healthy again\)$/)
    const [from, to] = await shown()
    await page.mouse.move(...(await spot((0.2 - from) / (to - from))))
    expect(await said()).toBe("0.2 s: no answer, given up after 1 ms (after 1: Killing haproxy on controller1)")
  })

  test("is looked at closer by dragging, where failures stay seen, and all of it is back by a double click", async () => {
    const [first, last] = await shown()
    const before = await inked("--bad")
    const share = (seconds: number) => (seconds - first) / (last - first)
    await drag(share(0), share(0.5))
    const [from, to] = await shown()
    expect(from).toBeGreaterThan(-0.2)
    expect(to).toBeLessThan(0.8)
    expect(to - from).toBeGreaterThan(0.3)
    expect(await inked("--bad")).toBeGreaterThan(before / 2)
    expect(await inked("--del")).toBeGreaterThan(20_000)
    await page.screenshot({ path: join(SCREENSHOTS, "drill-closer.png") })
    await drag(0.5, 0.502)
    expect(await shown()).toEqual([from, to])
    await page.mouse.dblclick(...(await spot(0.5)))
    expect(await shown()).toEqual([first, last])
  })

  test("is looked at closer by keyboard", async () => {
    const whole = await shown()
    await page.getByRole("button", { name: "Look closer at outage 1: 0.5 s" }).press("Enter")
    expect(await shown()).toEqual([-0.113, 0.563])
    await page.getByRole("button", { name: "All of it" }).press("Enter")
    expect(await shown()).toEqual(whole)
  })

  test("is as wide as the page, whatever becomes of that", async () => {
    const width = () => page.locator(".uplot").evaluate((element) => element.getBoundingClientRect().width)
    const before = await width()
    await page.setViewportSize({ width: 700, height: 800 })
    await page.waitForFunction(
      (before) => document.querySelector(".uplot")!.getBoundingClientRect().width < before - 300,
      before,
    )
    expect(await width()).toBeLessThan(700)
  })

  test("is the still picture on paper and for a screen reader", async () => {
    expect(await page.getByRole("img", { name: /^[0-9]+ requests, 9 of them without an answer/ }).count()).toBe(1)
    expect(await page.locator("body").ariaSnapshot()).not.toContain("Shown:")
    await page.emulateMedia({ media: "print" })
    const still = page.locator("figure.live > svg")
    expect((await still.boundingBox())!.height).toBeGreaterThan(100)
    expect(await page.locator("canvas").isVisible()).toBe(false)
  })
})

test("all drills over time: what is pointed at, and closer", async () => {
  await open("drills", drillsReport(DRILLS))
  expect(await page.locator("canvas").count()).toBe(2)
  expect(await inked("--bad")).toBeGreaterThan(10)
  await page.mouse.move(...(await spot(0.99)))
  expect(await said()).toBe("2026-12-27 12:30: 0.4 s without an answer")
  await drag(0.6, 0.9)
  await page.mouse.move(5, 5)
  expect(await said()).toMatch(/^Shown: 2026-12-1\d \d\d:\d\d to 2026-12-2\d \d\d:\d\d$/)
  await page.mouse.move(...(await spot(0.5)))
  expect(await said()).toBe("2026-12-20 12:30: 3.9 s without an answer, failed")
  expect(opened).toMatchObject({ complaints: [], requests: [] })
})

describe("no other script is run", () => {
  const PAGE = runReport(DRILLED)

  test("not one that was changed: the still picture is left", async () => {
    await open("altered", PAGE.replace("</script>", ";document.title = 'altered'</script>"))
    expect(await page.title()).not.toBe("altered")
    expect(opened.complaints.join()).toContain("Content Security Policy")
    expect(await page.locator("canvas").count()).toBe(0)
    expect((await page.locator("path.answers").boundingBox())!.width).toBeGreaterThan(500)
  })

  test("not one that was put in, and no handler of an element", async () => {
    const added = "<script>document.title = 'added'</script><img alt='' src='x' onerror='document.title = `added`'>"
    await open("added", PAGE.replace("<main>", `${added}<main>`))
    expect(await page.locator("canvas").count()).toBe(1)
    expect(await page.title()).not.toBe("added")
    expect(opened.complaints.length).toBeGreaterThan(1)
  })
})
