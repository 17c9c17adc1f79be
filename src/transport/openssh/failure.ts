import { HaopsError } from "../../base/errors.ts"
import { connectError, droppedError, place } from "../connect-errors.ts"
import type { Destination } from "../destination.ts"

/**
 * Why ssh did not come to log in. Its exit code is 255 for everything, so that its log decides (`-E`, LogLevel DEBUG1; a file of its
 * own, where no banner of the server can be): not by what it says of the failure, but by how far it came. It came to the host's key
 * and did not go on: `E_HOSTKEY`. It was told which logins are left: `E_AUTH`. Otherwise `E_CONNECT`; closed before the server's
 * version is what sshd does under MaxStartups, and is tried again. The words are ssh's own. `heard`: what came on standard error, from
 * programs on the way.
 */
export function failureOf(destination: Destination, log: string, heard: string): HaopsError {
  const lines = log.split(/\r?\n/).filter((line) => line !== "")
  const came = (mark: string) => lines.some((line) => line.startsWith(`debug1: ${mark}`))
  const isIn = lines.some((line) => LOGGED_IN.test(line))
  const words = wordsOf(log)
  const { name: host, user } = destination
  if (came("Server host key: ") && !came("SSH2_MSG_NEWKEYS sent")) {
    const hint = "ssh decides on it: log in once by hand, or record the key as ssh-keyscan shows it"
    return new HaopsError("E_HOSTKEY", `ssh refuses the host key of ${place(destination)}: ${words}`, { host, hint })
  }
  if (came("Authentications that can continue: ") && !isIn) {
    const hint = `does ssh -l ${user} log in there by hand, without a question?`
    return new HaopsError("E_AUTH", `${place(destination)} refuses the login of ${user}: ${words}`, { host, hint })
  }
  if (came("Connection established.") && !came("Remote protocol version ")) return droppedError(destination)
  const all = [heard.trim().replaceAll(/\s*\n\s*/g, "; "), words].filter((one) => one !== "")
  return connectError(destination, new Error(all.join("; ") || "ssh ended without a word"))
}

/** Said in ssh's own words, not as one of its steps; by older ones as both. */
const LOGGED_IN = /^(?:debug1: )?Authenticated to /m

/** What ssh has said since the login. */
export function wordsAfterLogin(log: string): string {
  return wordsOf(log.split(LOGGED_IN).at(-1)?.split("\n").slice(1).join("\n") ?? "")
}

/** What ssh says, without what it says of its own steps. */
function wordsOf(log: string): string {
  const lines = log.split(/\r?\n/).filter((line) => line !== "" && !/^(debug\d|OpenSSH_|Authenticated to )/.test(line))
  return [...new Set(lines.filter((line) => !/^@+$/.test(line)))].join("; ")
}
