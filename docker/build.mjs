// Bundles src/cli.ts and everything it imports into dist/. Verbs are imported when they are called, so splitting keeps them, and
// what only they need, out of the start of `haops --help`.
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL("..", import.meta.url))

const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["src/cli.ts"],
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // CommonJS dependencies (ssh2) call require, which an ES module does not have.
  banner: { js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);' },
  // ssh2's optional native parts: it catches their absence and uses plain JavaScript and node:crypto.
  external: ["cpu-features", "*.node"],
  write: false,
})

// Only once everything was built: a failed build leaves the last good one.
rmSync(`${root}/dist`, { recursive: true, force: true })
mkdirSync(`${root}/dist/chunks`, { recursive: true })
for (const { path, contents } of outputFiles) writeFileSync(path, contents)
chmodSync(`${root}/dist/cli.js`, 0o755)
