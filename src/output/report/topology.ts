import type { Topology, Transition } from "../../base/events.ts"
import { count, listing } from "../../base/words.ts"
import { type Html, html } from "./html.ts"
import { places, placesIn, placesLeft, placesWords, same } from "./places.ts"
import { topologyPictures } from "./topology-picture.ts"

/** Who held what before and after: pictures, what is elsewhere in words, a table with everything, and what was predicted beside it. */
export function topologySection(before: Topology | undefined, after: Topology, predicted: readonly Transition[]): Html {
  return html`${newsOf(before, after)}${topologyPictures(before, after)}${placesTable(before, after, predicted)}${servicesOf(after)}`
}

function newsOf(before: Topology | undefined, after: Topology): Html {
  if (before === undefined) return html``
  const news = after.held.flatMap(({ what }) => {
    const left = placesLeft(before, after, what)
    const now = placesIn(after, what)
    return left === undefined ? [] : [`${what}: ${now.length === 0 ? "" : "on "}${places(now)}, ${left}`]
  })
  if (news.length === 0) return html`<p>Nothing is elsewhere than it was before.</p>`
  return html`<ul>${news.map((words) => html`<li>${words}</li>`)}</ul>`
}

function placesTable(before: Topology | undefined, after: Topology, predicted: readonly Transition[]): Html {
  const all = [...new Set([...after.held, ...(before?.held ?? [])].map(({ what }) => what))]
  if (all.length === 0) return html``
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

function servicesOf(topology: Topology): Html {
  const { services } = topology
  if (services.length === 0) return html``
  const served = services.some(({ members }) => members !== undefined)
  const rows = services.map(({ name, vip, port, members = [] }) => {
    const on = vip === undefined ? [] : placesIn(topology, vip)
    const where =
      vip === undefined
        ? "an address of its own"
        : `${vip}, ${on.length === 0 ? "" : "on "}${placesWords(topology, vip)}`
    return html`<tr><th scope="row">${name}</th><td class="n">${port}</td><td>${where}</td>${served ? html`<td>${listing(members, 20)}</td>` : ""}</tr>`
  })
  const names = ["service", "port", "reached by", ...(served ? ["served by"] : [])]
  const head = names.map((name) => html`<th scope="col">${name}</th>`)
  return html`<details><summary>${count(services.length, "service")}, and the VIP of each</summary><div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div></details>`
}
