import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { type Browser, chromium, type Page } from "playwright-core"

/** Where a person finds what the tests saw. */
export const SCREENSHOTS = join(import.meta.dirname, "../../dist/screenshots")

/** A machine that starts clusters besides is busy, in milliseconds. */
const PATIENCE_MS = 120_000

/** Debian's own: `npm test` installs it. */
const PROGRAMS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]

export async function startChromium(): Promise<Browser> {
  const executablePath = PROGRAMS.map(pathOf).find((path) => path !== undefined)
  if (executablePath === undefined) {
    throw new Error("no Chromium is installed here: apt-get install chromium-headless-shell")
  }
  // Root has no sandbox to put it in; the pages are our own.
  return await chromium.launch({ executablePath, chromiumSandbox: false, timeout: PATIENCE_MS })
}

function pathOf(program: string): string | undefined {
  try {
    return execFileSync("sh", ["-c", 'command -v "$0"', program], { encoding: "utf8" }).trim()
  } catch {
    return undefined
  }
}

/** A page as a reader opens it: from its file. */
export interface Opened {
  page: Page
  /** What the console said, and what went wrong on the page. */
  complaints: readonly string[]
  /** What it asked for besides itself. */
  requests: readonly string[]
}

/** `scripts`: false for a reader whose browser runs none. */
export async function openPage(browser: Browser, name: string, html: string, scripts = true): Promise<Opened> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  const file = join(SCREENSHOTS, `${name}.html`)
  writeFileSync(file, html)
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 }, javaScriptEnabled: scripts })
  page.setDefaultTimeout(PATIENCE_MS)
  const complaints: string[] = []
  const requests: string[] = []
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => complaints.push(error.message))
  page.on("request", (request) => requests.push(request.url()))
  const url = pathToFileURL(file).href
  await page.goto(url)
  const others = requests.filter((one) => one !== url)
  return { page, complaints, requests: others }
}
