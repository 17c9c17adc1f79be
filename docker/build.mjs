// Bundles src/cli.ts and everything it imports into dist/. Verbs are imported when they are called, so splitting keeps them, and
// what only they need, out of the start of `haops --help`.
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
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
  sourcemap: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  // CommonJS dependencies (ssh2) expect what an ES module does not have.
  banner: {
    js: [
      'import { createRequire as __createRequire } from "node:module"',
      "const require = __createRequire(import.meta.url), __dirname = import.meta.dirname",
    ].join("\n"),
  },
  // ssh2's optional native parts: it catches their absence and uses plain JavaScript and node:crypto.
  external: ["cpu-features", "*.node"],
  write: false,
})

// In place and only once everything was built, so that a failed build leaves the last good one, and a haops that runs meanwhile
// finds its chunks, whose names are made from their content.
const chunks = join(root, "dist/chunks")
mkdirSync(chunks, { recursive: true })
for (const { path, contents } of outputFiles) writeFileSync(path, contents)
const current = new Set(outputFiles.map(({ path }) => path))
for (const name of readdirSync(chunks)) if (!current.has(join(chunks, name))) rmSync(join(chunks, name))
chmodSync(`${root}/dist/cli.js`, 0o755)
