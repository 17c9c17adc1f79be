import { duration } from "../../base/words.ts"
import type { JournalChange } from "../journal.ts"
import { driftDone } from "../words.ts"
import { Html, html, lines } from "./html.ts"
import { rowOf } from "./timeline.ts"

/** Every change, by host: a line that unfolds to before and after, diffs and commands. */
export function changesOf(changes: readonly JournalChange[]): Html {
  const rows = [...new Set(changes.map(rowOf))]
  return html`${rows.map((row) => {
    const own = changes.filter((change) => rowOf(change) === row)
    return html`<section><h3>${row}</h3>${own.map(changeOf)}</section>`
  })}`
}

function changeOf(change: JournalChange): Html {
  const { step, outcome, drift, actions, ms, error, time, unseen, scope, host } = change
  const took = ms === undefined ? "" : `, ${duration(ms)}`
  const by = scope === "once" ? html` by ${host}` : html``
  const how = unseen === true ? `${outcome}, not looked at again` : outcome
  const differences = drift.map((one) => {
    const said = one.diff === undefined ? `${one.attribute}: ${one.have} → ${one.want}` : driftDone(one)
    return html`<li>${said}${one.diff === undefined ? html`` : diffOf(one.diff)}</li>`
  })
  const commands = actions.map(
    ({ action, ms }) => html`<li><pre>${lines(action)}</pre>${ms === undefined ? "" : duration(ms)}</li>`,
  )
  return html`<details${outcome === "failed" ? new Html(' open=""') : html``}>
<summary><time datetime="${time}">${time.slice(11, 19)}</time> ${step}: <span class="${outcome}">${how}</span>${took}${by}</summary>
${error === undefined ? html`` : html`<p class="failed">${error.code}: ${error.message}</p>`}
${list("Before and after", differences)}${list("What was run and written", commands)}
</details>`
}

function list(title: string, items: readonly Html[]): Html {
  return items.length === 0 ? html`` : html`<h4>${title}</h4><ul>${items}</ul>`
}

function diffOf(diff: string): Html {
  const marked = diff
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => {
      if (/^\+(?!\+\+ )/.test(line)) return html`<ins>${lines(line)}</ins>`
      if (/^-(?!-- )/.test(line)) return html`<del>${lines(line)}</del>`
      return lines(line)
    })
  return html`<pre>${new Html(marked.map(({ text }) => text).join("\n"))}</pre>`
}
