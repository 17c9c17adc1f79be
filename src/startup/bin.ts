import { fileURLToPath } from "node:url"
import { runCached } from "./code-cache.ts"

/** Where the build has put src/cli.ts and everything that it imports. */
declare const BUNDLE: string

// Put aside by what starts this (src/build/launcher.mjs).
const { HAOPS_EXTRA_CA_CERTS: certificates } = process.env
delete process.env.HAOPS_EXTRA_CA_CERTS
if (certificates) process.env.NODE_EXTRA_CA_CERTS = certificates

const [first = ""] = process.argv.slice(2)
runCached(fileURLToPath(new URL(BUNDLE, import.meta.url)), /^[a-z][a-z-]*$/.test(first) ? first : "help")
