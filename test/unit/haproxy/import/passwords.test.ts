import { expect, test } from "vitest"
import { importHaproxy } from "../../../../src/haproxy/import/import.ts"
import { importReport } from "../../../../src/haproxy/import/report.ts"

const FILE = `defaults
  timeout connect 1s
  timeout client 1s
  timeout server 1s
userlist ops
  user ann insecure-password hunter2
  user bob password $6$abc$def
listen web
  mode http
  bind 10.0.0.9:80
  stats auth ann:hunter3
  http-request set-header X-Token hunter4
  server a 10.0.0.1:80
listen page
  mode http
  bind *:81
  stats enable
  stats auth a:hunter5
`

const imported = (text: string) => importHaproxy({ text, vips: [], hosts: [] })

test("a password that comes along in a raw line is told, and not said; one that is hashed or asked for is not", () => {
  const result = imported(FILE)
  const told = result.notes.filter(({ text }) => text.startsWith("a secret stands as it is"))
  expect(told.map(({ kind, text }) => [kind, text.replace(/.*: /, "")])).toEqual([
    ["check", "stats auth ann:[secret]"],
    ["check", "http-request set-header X-Token [secret]"],
    ["check", "user ann insecure-password [secret]"],
  ])
  expect(importReport(result, "haproxy.cfg")).not.toMatch(/hunter/)
})

test("of a file without any nothing is said", () => {
  const { notes } = imported(FILE.replace(/.*(hunter[234]).*\n/g, ""))
  expect(notes.filter(({ text }) => text.includes("secret"))).toEqual([])
})

const SPLIT = `global
  setenv REDIS_PASSWORD hunter2
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
  stats auth ann:hunter3
frontend web
  bind 10.0.0.9:80
  http-request set-header Authorization hunter4
  default_backend nodes
backend nodes
  server a 10.0.0.1:80
listen redis
  mode tcp
  bind 10.0.0.9:6379
  option tcp-check
  tcp-check send AUTH\\ hunter5\\r\\n
  tcp-check expect string +OK
  server a 10.0.0.1:6379 check
`

test("a password of global, defaults, a frontend or a check is told as well, and in no note said", () => {
  const result = imported(SPLIT)
  const told = result.notes.filter(({ text }) => text.startsWith("a secret stands as it is"))
  expect(told.map(({ text }) => text.replace(/.*read: /, ""))).toEqual([
    "setenv REDIS_PASSWORD [secret]",
    "stats auth ann:[secret]",
    "http-request set-header Authorization [secret]",
    "tcp-check send [secret]",
  ])
  expect(JSON.stringify(result.notes)).not.toMatch(/hunter/)
})
