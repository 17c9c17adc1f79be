// Bundles haops into dist/: everything as one CommonJS file, since V8's compiled code can be kept for that (src/startup/code-cache.ts), and
// what starts it. Verbs are imported when they are called; only what a verb needs is run.
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { chartAssets } from "../output/report/browser/assets.mjs"

const root = fileURLToPath(new URL("../..", import.meta.url))

const common = {
  absWorkingDir: root,
  outdir: "dist",
  bundle: true,
  sourcemap: true,
  // Node reads and V8 keeps less; names stay, for what a bug report shows.
  minifyWhitespace: true,
  minifySyntax: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  // A script of its own, as code that is kept has to be, cannot import; it requires.
  supported: { "dynamic-import": false },
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "ownUrl" },
  write: false,
}
/** Leaves out what ssh2 exports and nothing here uses: its HTTP agents alone have Node load http, https and tls at every start. */
const withoutUnused = {
  name: "without-unused",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/(http-agents|server|keygen)\.js$/ }, ({ importer, path }) =>
      importer.endsWith("/ssh2/lib/index.js") ? { path, namespace: "unused" } : undefined,
    )
    onLoad({ filter: /./, namespace: "unused" }, () => ({ contents: "module.exports = {}", loader: "js" }))
  },
}
/** Puts the script of pages with a chart in, as the text that it is: where haops is installed there is nothing to make it of. */
const withChart = {
  name: "with-chart",
  setup({ onLoad }) {
    onLoad({ filter: /\/report\/browser\/assets\.mjs$/ }, () => ({
      contents: `export const chartAssets = () => (${JSON.stringify(chartAssets())})`,
      loader: "js",
    }))
  },
}
const OWN_URL = 'const ownUrl = require("node:url").pathToFileURL(__filename).href'

const haops = await build({
  ...common,
  // Its name is made from its content, which the kept code goes by.
  entryPoints: ["src/cli.ts"],
  entryNames: "bundle/haops-[hash]",
  plugins: [withoutUnused, withChart],
  // ssh2's optional native parts: it catches their absence and uses plain JavaScript and node:crypto.
  external: ["cpu-features", "*.node"],
  banner: { js: OWN_URL },
})
const bundle = haops.outputFiles.map(({ path }) => path).find((path) => path.endsWith(".cjs"))

const start = await build({
  ...common,
  entryPoints: { cli: "src/startup/bin.ts" },
  define: { ...common.define, BUNDLE: JSON.stringify(`./bundle/${basename(bundle)}`) },
  banner: { js: `#!/usr/bin/env node\n${OWN_URL}` },
})

// Only once everything was built, so that a failed build leaves the last good one, and each file whole, since a haops may be starting;
// what starts the bundle comes last.
const outputs = [...haops.outputFiles, ...start.outputFiles]
mkdirSync(dirname(bundle), { recursive: true })
for (const { path, contents } of outputs) {
  writeFileSync(`${path}.new`, contents, { mode: path.endsWith("/cli.cjs") ? 0o755 : 0o644 })
  renameSync(`${path}.new`, path)
}
const current = new Set(outputs.map(({ path }) => path))
for (const name of readdirSync(dirname(bundle))) {
  const path = join(dirname(bundle), name)
  if (!current.has(path)) rmSync(path)
}
