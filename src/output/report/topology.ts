import type { Topology, Transition } from "../../base/events.ts"
import { count, listing } from "../../base/words.ts"
import { type Html, html } from "./html.ts"

const WIDTH = 1000
const ACROSS = 4
const GAP = 16
const LINE = 20

/** Who held what before and after: a picture of each, a table that says the same, and what was predicted beside it. */
export function topologySection(before: Topology | undefined, after: Topology, predicted: readonly Transition[]): Html {
  const pictures = before === undefined ? [] : [picture("Before", before)]
  return html`${pictures}${picture("After", after, before)}${placesTable(before, after, predicted)}${servicesOf(after)}`
}

/** A box a node, and in it what it holds; VIPs framed, and what was not there before marked with a plus. */
function picture(title: string, topology: Topology, before?: Topology): Html {
  const { nodes, held } = topology
  const across = Math.min(ACROSS, Math.max(1, nodes.length))
  const width = (WIDTH - GAP * (across - 1)) / across
  const lines = nodes.map(({ name }) => held.filter(({ on }) => on.includes(name)))
  const most = Math.max(1, ...lines.map(({ length }) => length))
  const height = 34 + most * LINE + 8
  const boxes = nodes.map(({ name, state }, index) => {
    const [x, y] = [(index % across) * (width + GAP), Math.floor(index / across) * (height + GAP)]
    const said = lines[index]!.map(({ what, address }, at) => {
      const isNew = before !== undefined && !isUnknown(before, what) && !placesIn(before, what).includes(name)
      const words = `${isNew ? "+ " : ""}${what}${address === undefined ? "" : ` ${address}`}`
      const top = 34 + at * LINE
      const frame =
        address === undefined
          ? html``
          : html`<rect class="vip" x="8" y="${top + 1}" width="${width - 16}" height="${LINE - 3}" rx="3"/>`
      return html`${frame}<text class="${isNew ? "new" : "held"}" x="14" y="${top + 14}">${words}</text>`
    })
    const away = state !== undefined && state !== "in service"
    return html`<g transform="translate(${x.toFixed(1)} ${y})"><rect class="${away ? "node away" : "node"}" x="1" y="1" width="${(width - 2).toFixed(1)}" height="${height - 2}" rx="6"/><text class="name" x="12" y="22">${name}</text><text class="dim" x="${(width - 12).toFixed(1)}" y="22" text-anchor="end">${state}</text>${said}</g>`
  })
  const rows = Math.ceil(nodes.length / across)
  const total = rows * (height + GAP) - GAP
  const label = `${title}: ${count(nodes.length, "node")}; the table below says who holds what`
  return html`<figure class="wide"><figcaption>${title}</figcaption><svg role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${total}">${boxes}</svg></figure>`
}

function placesTable(before: Topology | undefined, after: Topology, predicted: readonly Transition[]): Html {
  const all = [...new Set([...after.held, ...(before?.held ?? [])].map(({ what }) => what))]
  const told = predicted.length > 0
  const names = [...(before === undefined ? [] : ["before"]), ...(told ? ["predicted"] : []), "after"]
  const head = ["", ...names].map((name) => html`<th scope="col">${name}</th>`)
  const rows = all.map((what) => {
    const now = placesIn(after, what)
    const then = before === undefined ? [] : placesIn(before, what)
    const foreseen = predicted.some(({ resource }) => idOf(resource) === what)
      ? foreseenOf(what, then, predicted)
      : undefined
    const right = foreseen === undefined || same(foreseen, now)
    const cells = [
      ...(before === undefined ? [] : [html`<td>${placesWords(before, what)}</td>`]),
      ...(told ? [html`<td>${foreseen === undefined ? "stays" : places(foreseen)}</td>`] : []),
      html`<td class="${right ? undefined : "failed"}">${placesWords(after, what)}${right ? "" : ", otherwise than predicted"}</td>`,
    ]
    return html`<tr><th scope="row">${what}</th>${cells}</tr>`
  })
  return html`<div class="wide"><table><caption>The same as a table</caption><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`
}

/** What comes of the cluster's own steps, as its scheduler said them beforehand. */
function foreseenOf(what: string, then: readonly string[], predicted: readonly Transition[]): readonly string[] {
  const places = new Set(then)
  for (const { resource, action, node, from } of predicted) {
    if (idOf(resource) !== what) continue
    if (action === "move" || action === "migrate") {
      if (from !== undefined) places.delete(from)
      if (node !== undefined) places.add(node)
    } else if (action === "stop") places.delete(node ?? from ?? "")
    else if (node !== undefined) places.add(node)
  }
  return [...places].sort()
}

/** Of a clone's copy, the resource. */
function idOf(resource: string): string {
  return resource.replace(/:\d+$/, "")
}

function placesIn({ held }: Topology, what: string): readonly string[] {
  return held.find((one) => one.what === what)?.on ?? []
}

function isUnknown({ held }: Topology, what: string): boolean {
  return held.find((one) => one.what === what)?.unknown === true
}

function placesWords(topology: Topology, what: string): string {
  return isUnknown(topology, what) ? "unknown" : places(placesIn(topology, what))
}

function places(on: readonly string[]): string {
  return on.length === 0 ? "nowhere" : listing([...on], 20)
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join()
}

function servicesOf(topology: Topology): Html {
  const { services, held } = topology
  if (services.length === 0) return html``
  const rows = services.map(({ name, vip, port }) => {
    const on = held.find(({ what }) => what === vip)?.on ?? []
    const where =
      vip === undefined
        ? "an address of its own"
        : `${vip}, ${on.length === 0 ? "" : "on "}${placesWords(topology, vip)}`
    return html`<tr><th scope="row">${name}</th><td class="n">${port}</td><td>${where}</td></tr>`
  })
  const head = ["service", "port", "reached by"].map((name) => html`<th scope="col">${name}</th>`)
  return html`<details><summary>${count(services.length, "service")}, and the VIP of each</summary><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div></details>`
}
