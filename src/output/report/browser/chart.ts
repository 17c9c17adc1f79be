import uPlot from "uplot"
import { duration } from "../../../base/words.ts"
import type { ChartData } from "../chart-data.ts"
import { optionsOf, whole } from "./options.ts"
import { readout } from "./words.ts"

// Runs in the page of a report that has a chart, and draws it in the place of the still picture, which stays for paper and screen readers.

/** Below, labels would stand in each other. */
const LEAST_WIDTH = 300
const HEIGHT = { fault: 300, 1970: 180 }
/** A run with more outages than these is looked at by dragging. */
const MOST_BUTTONS = 6

const figures = document.querySelectorAll<HTMLElement>("figure[data-chart]")
for (const figure of figures) liven(figure, JSON.parse(figure.dataset.chart!) as ChartData)

function liven(figure: HTMLElement, data: ChartData): void {
  const box = append("div", "drawn")
  // The still picture has its name, and the words below say what it shows.
  box.setAttribute("aria-hidden", "true")
  const said = append("p", "readout", box)
  const width = () => Math.max(LEAST_WIDTH, figure.clientWidth)
  const options = optionsOf(data, (chart) => {
    said.textContent = readout(chart, data)
  })
  const height = HEIGHT[data.since]
  const failed = new Set(data.since === "fault" ? data.failed : [])
  const values = data.took.map((ms, at) => (failed.has(at) ? null : ms))
  const chart = new uPlot({ ...options, width: width(), height }, [[...data.at], values], box)
  chart.setScale("x", whole(data))
  figure.prepend(buttonsOf(chart, data), box)
  figure.classList.add("live")
  new ResizeObserver(() => {
    if (chart.width !== width()) chart.setSize({ width: width(), height })
  }).observe(figure)
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => chart.redraw(false, true))
}

/** What dragging does, for who has a keyboard or a finger. */
function buttonsOf(chart: uPlot, data: ChartData): HTMLElement {
  const row = append("div", "controls")
  const add = (words: string, range: { min: number; max: number }) => {
    const button = append("button", "", row)
    button.type = "button"
    button.textContent = words
    button.addEventListener("click", () => chart.setScale("x", range))
  }
  for (const [at, { fromMs, toMs }] of data.outages.slice(0, MOST_BUTTONS).entries()) {
    const beside = Math.max(20, (toMs - fromMs) / 4)
    add(`Look closer at outage ${at + 1}: ${duration(toMs - fromMs)}`, { min: fromMs - beside, max: toMs + beside })
  }
  add("All of it", whole(data))
  append("span", "", row).textContent = "Drag over a part to look closer; a double click shows all of it."
  return row
}

function append<Name extends "div" | "p" | "span" | "button">(name: Name, look: string, to?: Element) {
  const element = document.createElement(name)
  element.className = look
  to?.append(element)
  return element
}
