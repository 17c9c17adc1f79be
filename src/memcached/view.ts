import { type Check, check } from "../model/check.ts"
import { obstacles } from "../model/obstacles.ts"
import { heading, type Tone } from "../model/screen.ts"
import { hostsWith } from "../model/section.ts"
import type { Look, Seen, View } from "../model/view.ts"
import { MEMCACHED, MEMCACHED_PORT } from "./settings.ts"
import { MEMCACHED_ANSWER, memcached } from "./steps/memcached.ts"

interface MemcachedPicture {
  /** Empty where the inventory has none. */
  memcached: readonly { host: string; address: string; state: "answers" | "silent" | "stopped" | "unknown" }[]
}

export const view: View = {
  picture: pictureOf,
  lines({ memcached }: MemcachedPicture) {
    if (memcached.length === 0) return []
    const rows = memcached.map(({ host, address, state }) => [host, { text: state, tone: TONES[state] }, address])
    return [{ rows: [heading("memcached on", "state", "address"), ...rows] }]
  },
  checks(seen) {
    return hostsWith(seen.look.inventory, MEMCACHED).length === 0 ? [] : [checkOf(seen)]
  },
  judges: [memcached],
}

const TONES: Readonly<Record<MemcachedPicture["memcached"][number]["state"], Tone>> = {
  answers: "green",
  silent: "red",
  stopped: "red",
  unknown: "yellow",
}

function pictureOf(look: Look): MemcachedPicture {
  const { inventory } = look
  const hosts = hostsWith(inventory, MEMCACHED)
  return {
    memcached: hosts.map(({ name, address }) => {
      const have = look.answer(MEMCACHED_ANSWER, name)
      const running = have?.memory === "none" ? "stopped" : have?.listens === true ? "answers" : "silent"
      return { host: name, address: `${address}:${MEMCACHED_PORT}`, state: have === undefined ? "unknown" : running }
    }),
  }
}

function checkOf({ look, assessed }: Seen): Check {
  const { memcached: all } = pictureOf(look)
  const WORDS = { silent: "runs and does not listen", stopped: "memcached does not run", unknown: "could not be asked" }
  const fails = [
    ...all.flatMap(({ host, state }) => (state === "answers" ? [] : [`${host}: ${WORDS[state]}`])),
    ...assessed(memcached).flatMap(obstacles),
    ...assessed(memcached).flatMap(({ host, drift }) =>
      drift.flatMap(({ attribute, have, want }) =>
        attribute === "running" ? [] : [`${host}: ${attribute}: ${have}, wanted ${want}`],
      ),
    ),
  ]
  const evidence = all.map(({ host, address }) => `${host} on ${address}`)
  return check("memcached", "memcached answers on every one of its hosts", evidence, { fails })
}
