import { join } from "node:path"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { drillsReport } from "../../src/output/report/drills.ts"
import { postMortemPage } from "../../src/output/report/post-mortem.ts"
import { runReport } from "../../src/output/report/report.ts"
import { openPage, SCREENSHOTS, startChromium } from "./chromium.ts"
import { DRILLED, DRILLS, MOVED, NIGHT, UP } from "./samples.ts"

// The pages that haops makes, in a real Chromium: what no reading of their text can tell.

let browser: Browser
beforeAll(async () => {
  browser = await startChromium()
})
afterAll(async () => await browser?.close())

const PAGES = [
  { name: "up", html: () => runReport(UP), drawn: "rect.changed" },
  { name: "drill", html: () => runReport(DRILLED), drawn: ".readout" },
  { name: "drill-still", html: () => runReport(DRILLED), drawn: "path.answers", scripts: false },
  { name: "topology", html: () => runReport(MOVED), drawn: "path.come" },
  { name: "drills", html: () => drillsReport(DRILLS), drawn: ".readout" },
  { name: "drills-still", html: () => drillsReport(DRILLS), drawn: "path.event.failed", scripts: false },
  { name: "night", html: () => postMortemPage(NIGHT), drawn: "path.event.left" },
]

describe.each(PAGES)("the page $name", ({ name, html, drawn, scripts }) => {
  let page: Page
  let opened: Awaited<ReturnType<typeof openPage>>
  beforeAll(async () => {
    opened = await openPage(browser, name, html(), scripts)
    page = opened.page
  })
  afterAll(async () => await page?.close())

  test("says nothing on the console and asks for nothing", () => {
    expect(opened).toMatchObject({ complaints: [], requests: [] })
  })

  test("has its picture drawn, in ink that is seen, by day and by night", async () => {
    const papers: string[] = []
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme })
      await page.screenshot({ path: join(SCREENSHOTS, `${name}-${colorScheme}.png`), fullPage: true })
      const { box, ink, paper } = await page
        .locator(drawn)
        .first()
        .evaluate((element) => {
          const { width, height, top } = element.getBoundingClientRect()
          const { fill, stroke, color } = getComputedStyle(element)
          const seen = !(element instanceof SVGElement) ? color : stroke === "none" ? fill : stroke
          return { box: { width, height, top }, ink: seen, paper: getComputedStyle(document.body).backgroundColor }
        })
      expect(box.width * 1 + box.height).toBeGreaterThan(4)
      expect(ink).toMatch(/^rgb\(/)
      expect(contrast(ink, paper)).toBeGreaterThan(3)
      papers.push(paper)
    }
    expect(new Set(papers).size).toBe(2)
  })

  test("has text that is read easily, by day and by night", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme })
      const texts = await page.evaluate(() =>
        [...document.querySelectorAll("body *")].flatMap((element) => {
          const own = [...element.childNodes].some(({ nodeType, textContent }) => nodeType === 3 && textContent?.trim())
          if (!own || !element.checkVisibility()) return []
          const style = getComputedStyle(element)
          let under: Element | null = element
          while (under !== null && /, 0\)$|transparent/.test(getComputedStyle(under).backgroundColor))
            under = under.parentElement
          const paper = getComputedStyle(under ?? document.body).backgroundColor
          return [
            {
              text: element.textContent?.trim().slice(0, 30),
              ink: element instanceof SVGElement ? style.fill : style.color,
              paper,
            },
          ]
        }),
      )
      expect(texts.length).toBeGreaterThan(10)
      expect(texts.filter(({ ink, paper }) => contrast(ink, paper) < 4.5)).toEqual([])
    }
  })

  test("fits a narrow screen: what is wide scrolls by itself", async () => {
    await page.setViewportSize({ width: 400, height: 800 })
    const { scroll, client } = await page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }))
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-narrow.png`), fullPage: true })
    await page.setViewportSize({ width: 1100, height: 800 })
    expect(scroll).toBe(client)
  })

  test("is gone through by keyboard, in the order of reading, and shows where one is", async () => {
    const focusable = await page.locator("a[href], summary, button").count()
    expect(focusable).toBeGreaterThan(1)
    const tops: number[] = []
    for (let step = 0; step < Math.min(focusable, 12); step++) {
      await page.keyboard.press("Tab")
      const { top, outline } = await page.evaluate(() => {
        const element = document.activeElement!
        return { top: element.getBoundingClientRect().top + scrollY, outline: getComputedStyle(element).outlineStyle }
      })
      expect(outline).toBe("solid")
      tops.push(Math.round(top))
    }
    expect(tops).toEqual(tops.toSorted((one, other) => one - other))
    const fold = page.locator("summary").first()
    if ((await fold.count()) === 0) return
    const isOpen = () => fold.evaluate((element) => (element.parentElement as HTMLDetailsElement).open)
    const before = await isOpen()
    await fold.focus()
    await page.keyboard.press("Enter")
    expect(await isOpen()).toBe(!before)
  })

  test("tells a screen reader what its pictures show", async () => {
    const spoken = await page.locator("body").ariaSnapshot()
    expect(spoken).toMatch(/\bheading ".+" \[level=1\]/)
    expect(spoken).toContain('- navigation "Sections"')
    expect(spoken).toMatch(/\bimg ".*below/)
  })

  test("is unfolded on paper, where nothing is cut off", async () => {
    await page.emulateMedia({ media: "print", colorScheme: "light" })
    const hidden = await page.evaluate(
      () =>
        [...document.querySelectorAll("details > :not(summary)")].filter(
          (element) => element.getBoundingClientRect().height === 0,
        ).length,
    )
    await page.screenshot({ path: join(SCREENSHOTS, `${name}-print.png`), fullPage: true })
    await page.emulateMedia({ media: null })
    expect(hidden).toBe(0)
  })
})

/** How well one colour is read on another, as WCAG 2 counts it: 1 not at all, 21 black on white. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance(color: string): number {
  const channels = color
    .match(/\d+(\.\d+)?/g)!
    .slice(0, 3)
    .map((text) => {
      const share = Number(text) / 255
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
  return 0.2126 * channels[0]! + 0.7152 * channels[1]! + 0.0722 * channels[2]!
}
