import { fc, it as property } from "@fast-check/vitest"
import { describe, expect, it } from "vitest"
import { reveal, Secret } from "../../../../src/base/secret.ts"
import { redactHaproxyConfig } from "../../../../src/haproxy/config/redact.ts"
import { renderHaproxyConfig } from "../../../../src/haproxy/config/render.ts"
import { expand, THREE } from "../support.ts"

describe("secrets of a haproxy.cfg are blanked, everything else stays to the letter", () => {
  it.each([
    ["  stats  auth admin:hunter2", "  stats  auth admin:[secret]"],
    ["stats auth admin:hunt\\ er2 # who", "stats auth admin:[secret] # who"],
    ["stats auth admin:hunt er2", "stats auth admin:[secret] [secret]"],
    ["#  stats auth admin:hunter2", "#  stats auth admin:[secret]"],
    ["stats auth hunter2", "stats auth [secret]"],
    ['stats auth "admin:unclosed', 'stats auth "admin:[secret]'],
    ["user tom password $6$k6y3o.eP$JlKBx", "user tom password [secret]"],
    ["user tom insecure-password abc groups x", "user tom insecure-password [secret] groups x"],
    ["http-check send hdr Authorization Basic\\ eDp5", "http-check send hdr Authorization [secret]"],
    ["http-request set-header X-Auth-Token abc if x", "http-request set-header X-Auth-Token [secret] if x"],
    ["tcp-check send AUTH\\ abc\\r\\n", "tcp-check send [secret]"],
    ["option httpchk GET / HTTP/1.0\\r\\nAuthorization:\\ Basic\\ eDp5", "option httpchk GET / [secret]"],
    ["setenv REDIS abc", "setenv REDIS [secret]"],
    ["server a 10.0.0.1:80 check inter 2s", "server a 10.0.0.1:80 check inter 2s"],
    ["user haproxy", "user haproxy"],
    ["option httpchk GET /health", "option httpchk GET /health"],
    ["tcp-check send PING\\r\\n", "tcp-check send PING\\r\\n"],
  ])("%s", (line, expected) => expect(redactHaproxyConfig(line)).toBe(expected))

  property.prop([fc.string({ minLength: 4, unit: "grapheme" }).filter((text) => !/[\0\n\r]|^[a-z: ]*$/i.test(text))])(
    "whatever the password of the stats page is, it is not seen",
    (password) => {
      const { settings } = expand({ ...THREE, haproxy: { stats: { password: "x" } } })
      const shown = (text: string): string =>
        redactHaproxyConfig(reveal(renderHaproxyConfig(settings, "controllers", () => new Secret(text))))
      expect(shown(password)).toBe(shown("other"))
    },
  )
})
