import type { HealthCheck, HttpCheck } from "../../model/haproxy.ts"
import { directive } from "./words.ts"

/** The directives that say what a check asks; none for TCP and where servers are not checked. */
export function checkLines(check: HealthCheck | undefined): string[] {
  if (check === undefined) return []
  const { type, sequence, user } = check
  if (type === "http") return [...httpLines(check.http ?? {}), ...(sequence ?? []).map((step) => `http-check ${step}`)]
  if (type === "tcp") {
    return sequence === undefined ? [] : ["option tcp-check", ...sequence.map((step) => `tcp-check ${step}`)]
  }
  // Without a user the greeting is read and nothing is sent, which counts against max_connect_errors on the server.
  const login = user === undefined ? [] : ["user", user, ...(type === "mysql" ? ["post-41"] : [])]
  return [directive("option", OPTIONS[type], ...login)]
}

const OPTIONS = {
  mysql: "mysql-check",
  pgsql: "pgsql-check",
  redis: "redis-check",
  ldap: "ldap-check",
  smtp: "smtpchk",
  "ssl-hello": "ssl-hello-chk",
} as const

/** The words of a server line that say how it is checked. */
export function checkWords(check: HealthCheck | undefined): (string | number)[] {
  if (check === undefined) return []
  const { port, interval, fastInterval, downInterval, rise, fall, tls } = check
  return [
    "check",
    ...(tls ? ["check-ssl", "verify", "none"] : []),
    ...(port === undefined ? [] : ["port", port]),
    ...(interval === undefined ? [] : ["inter", interval]),
    ...(fastInterval === undefined ? [] : ["fastinter", fastInterval]),
    ...(downInterval === undefined ? [] : ["downinter", downInterval]),
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
