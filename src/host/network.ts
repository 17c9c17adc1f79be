import { shared } from "./shared.ts"

/** Shared question: `ip -o addr show`. Nothing where there is no `ip` yet. */
export const ADDRESSES = shared("addresses", "if command -v ip >/dev/null; then ip -o addr show; fi")

/** Shared question: all listening sockets with their programs, as `ss -ltnup` has them. Nothing where there is no `ss`. */
export const LISTENERS = shared("listeners", "if command -v ss >/dev/null; then ss -ltnup; fi")
