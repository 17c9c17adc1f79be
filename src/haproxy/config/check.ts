import type { HealthCheck, HttpCheck } from "../../model/haproxy.ts"
import { directive } from "./words.ts"

/** The directives that say what a check asks; none for TCP and where servers are not checked. */
export function checkLines(check: HealthCheck | undefined): string[] {
  if (check?.type === "http") return httpLines(check.http ?? {})
  if (check?.type !== "mysql") return []
  // Without a user the greeting is read and nothing is sent, which counts against max_connect_errors on the server.
  const login = check.user === undefined ? [] : ["user", check.user, "post-41"]
  return [directive("option", "mysql-check", ...login)]
}

/** The words of a server line that say how it is checked. */
export function checkWords(check: HealthCheck | undefined): (string | number)[] {
  if (check === undefined) return []
  const { port, interval, rise, fall, tls } = check
  return [
    "check",
    ...(tls ? ["check-ssl", "verify", "none"] : []),
    ...(port === undefined ? [] : ["port", port]),
    ...(interval === undefined ? [] : ["inter", interval]),
    ...(rise === undefined ? [] : ["rise", rise]),
    ...(fall === undefined ? [] : ["fall", fall]),
  ]
}

/** `OPTIONS /` in HTTP/1.0 is haproxy's own default, and the seeds'. A host header needs HTTP/1.1, so the longer form. */
function httpLines({ method, path, host, expect }: HttpCheck): string[] {
  const asked = path === undefined ? method : (method ?? "GET")
  const uri = path ?? (method === undefined ? undefined : "/")
  const expected = expect === undefined ? [] : [directive("http-check", "expect", "status", expect)]
  if (host === undefined) return [directive("option", "httpchk", asked, uri), ...expected]
  const request = ["meth", asked ?? "OPTIONS", "uri", uri ?? "/", "ver", "HTTP/1.1", "hdr", "Host", host]
  return ["option httpchk", directive("http-check", "send", ...request), ...expected]
}
