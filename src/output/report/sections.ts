import { type Html, html, page } from "./html.ts"
import { STYLE } from "./style.ts"

export interface Section {
  id: string
  title: string
  body: Html
}

/** A page of sections that have something in them, and links to each. `name`: the browser's title. */
export function sectionsPage(
  { title, name = title, intro = html`` }: { title: string; name?: string; intro?: Html },
  all: readonly Section[],
): string {
  const sections = all.filter(({ body }) => body.text.trim() !== "")
  const links = sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)
  const bodies = sections.map(
    ({ id, title, body }) =>
      html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>\n`,
  )
  const header = html`<header><h1>${title}</h1>${intro}<nav aria-label="Sections"><ul>${links}</ul></nav></header>`
  return page(name, STYLE, html`${header}\n<main>\n${bodies}</main>`)
}
