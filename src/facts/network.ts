import { shared } from "./shared.ts"

/** Shared question: `ip -o addr show`. Nothing where there is no `ip` yet. */
export const ADDRESSES = shared("addresses", "ip -o addr show 2>/dev/null")

/** Shared question: all listening sockets with their programs, as `ss -ltnup` has them. Nothing where there is no `ss`. */
export const LISTENERS = shared("listeners", "ss -ltnup 2>/dev/null")
