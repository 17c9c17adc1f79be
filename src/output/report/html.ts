import { createHash } from "node:crypto"
import { cleanLine, cleanLines } from "../../base/clean.ts"

/** Text of a page that is HTML already. Everything else that is put into one is escaped. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Part = Html | string | number | undefined | readonly Part[]

/** HTML from a template: what stands in it is the page's, what is put in is text from elsewhere, cleaned and escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.map((text, at) => text + (at < parts.length ? partText(parts[at]) : "")).join(""))
}

/** Lines of text from elsewhere, as they are. */
export function lines(text: string): Html {
  return new Html(escapeText(cleanLines(text).join("\n")))
}

/** What else a page has of its own: looks, and what runs in it. Neither has anything in it from elsewhere. */
export interface Assets {
  style: string
  script?: string | undefined
}

/**
 * A whole page that needs nothing else and may ask for nothing: a policy by which the browser would load nothing, were there something to
 * load. Its one style is allowed by its digest, and so is its one script, if it has one; no other is run.
 */
export function page(title: string, { style, script }: Assets, body: Html): string {
  const scripts = script === undefined ? "" : ` script-src ${digest(script)};`
  const policy = `default-src 'none'; style-src ${digest(style)};${scripts} base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="haops report">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
${body}${script === undefined ? "" : html`\n<script>${new Html(script)}</script>`}
</body>
</html>
`.text
}

function digest(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`
}

function partText(part: Part): string {
  if (part === undefined) return ""
  if (part instanceof Html) return part.text
  if (typeof part === "object") return part.map(partText).join("")
  return escapeText(cleanLine(String(part)))
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!)
}
