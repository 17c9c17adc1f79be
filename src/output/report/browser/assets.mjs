import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { buildSync } from "esbuild"

/**
 * The script and the style of a page with a chart: chart.ts with uplot in it, and uplot's style. Made anew where haops runs from its source;
 * the build puts what this returns in the place of this file (src/build/bundle.mjs).
 */
export function chartAssets() {
  const { outputFiles } = buildSync({
    absWorkingDir: import.meta.dirname,
    entryPoints: ["chart.ts"],
    bundle: true,
    minify: true,
    // As in the bundle, so that no reader's encoding changes what the digest is of.
    charset: "ascii",
    target: "es2022",
    format: "iife",
    write: false,
  })
  const script = `/*\nuPlot:\n${textOf("LICENSE")}*/\n${outputFiles[0].text}`
  return { script, style: textOf("dist/uPlot.min.css") }
}

function textOf(path) {
  return readFileSync(createRequire(import.meta.url).resolve(`uplot/${path}`), "utf8")
}
