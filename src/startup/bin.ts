import { fileURLToPath } from "node:url"
import { runCached } from "./code-cache.ts"

/** Where the build has put src/cli.ts and everything that it imports. */
declare const BUNDLE: string

const [first = ""] = process.argv.slice(2)
runCached(fileURLToPath(new URL(BUNDLE, import.meta.url)), /^[a-z][a-z-]*$/.test(first) ? first : "help")
