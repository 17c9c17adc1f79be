import { PEERS } from "./peers.ts"

/** Of the table's one entry. */
export const WRITER_KEY = 1

const STICK = `stick on int(${WRITER_KEY})`

/**
 * One entry for all clients, whatever address they come to. The table needs room beside it for as many connections as begin at once:
 * haproxy makes a new entry for each before it changes the one that is there, so that a table of `size 1 nopurge` is never changed
 * (seen on 2.2, 2.6 and 3.0), and without `nopurge` the one that counts would be lost to them.
 */
export const ONE_WRITER = [`stick-table type integer size 1k nopurge peers ${PEERS}`, STICK]

/** Whether all of a service's clients stay with the server that they have come to. */
export function hasOneWriter({ raw }: { raw: readonly string[] }): boolean {
  return raw.includes(STICK)
}
