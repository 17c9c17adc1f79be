import { chartAssets } from "./browser/assets.mjs"
import { type Html, html, page } from "./html.ts"
import { STYLE } from "./style.ts"

export interface Section {
  id: string
  title: string
  body: Html
  /** Its pictures come to life by the page's script. */
  hasChart?: boolean
}

interface Head {
  title: string
  /** The browser's title. */
  name?: string
  intro?: Html
}

/** A page of sections that have something in them, and links to each; with the charts' script where there is one to draw. */
export function sectionsPage({ title, name = title, intro = html`` }: Head, all: readonly Section[]): string {
  const sections = all.filter(({ body }) => body.text.trim() !== "")
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)
  const bodies = sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`,
  )
  const header = html`<header><h1>${title}</h1>${intro}<nav aria-label="Sections"><ul>${links}</ul></nav></header>`
  const body = html`${header}\n<main>\n${bodies}</main>`
  if (!sections.some(({ hasChart }) => hasChart)) return page(name, { style: STYLE }, body)
  const { script, style } = chartAssets()
  return page(name, { style: `${style}${STYLE}`, script }, body)
}
