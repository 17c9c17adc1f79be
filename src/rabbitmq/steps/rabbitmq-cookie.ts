import { HaopsError } from "../../base/errors.ts"
import type { Drift } from "../../base/events.ts"
import type { Secret } from "../../base/secret.ts"
import { readAnswer } from "../../host/answer.ts"
import { FILE_KEYS, type FileState, fileScript, parseFile, sha256 } from "../../host/file-state.ts"
import { settingsOn } from "../../model/section.ts"
import { defineStep } from "../../model/step.ts"
import { RABBITMQ } from "../settings.ts"

const PATH = "/var/lib/rabbitmq/.erlang.cookie"

interface Want {
  cookie: Secret
}

interface Have {
  file: FileState
  /** The package has made its user. */
  user: boolean
  /** Erlang runs here: it keeps the cookie that it started with. */
  running: boolean
}

/**
 * What the members know each other by. Written before the package is installed, which makes one up where there is none. It never comes
 * here: its checksum does.
 */
export const rabbitmqCookie = defineStep<Want, Have>({
  kind: "rabbitmq-cookie",
  summary: "the cookie by which RabbitMQ's members know each other, before the package makes one up",
  bind(context) {
    const settings = settingsOn(context, RABBITMQ)
    return settings && { cookie: context.secret(settings.cookie).map(usable) }
  },
  title: () => "RabbitMQ's cookie",
  probe: () => ({
    script: `${fileScript(PATH, { unless: "", limit: 0 })}
while IFS=: read -r name _; do [ "$name" != rabbitmq ] || echo 'user yes'; done </etc/passwd
if systemctl is-active --quiet rabbitmq-server.service; then echo 'running yes'; fi`,
    parse: ({ stdout }) => {
      const answer = readAnswer(stdout, [...FILE_KEYS, "user", "running"])
      const [user, running] = [answer.one("user"), answer.one("running")].map((line) => line !== undefined)
      return { file: parseFile(answer), user: user === true, running: running === true }
    },
  }),
  check,
  findings: ({ cookie }, { file, running }) =>
    running && !holds(file, cookie)
      ? [
          {
            severity: "error",
            message: "its RabbitMQ runs with another Erlang cookie than the inventory's",
            hint: `If the cluster is to stay, put its cookie (${PATH}) where the inventory says. Else, on the host: systemctl stop rabbitmq-server`,
          },
        ]
      : [],
  plan: ({ cookie }, { user }) => [{ type: "put", content: cookie, ...cookieFile(user) }],
})

/** The package makes its user, and gives it the file. */
export function cookieFile(user: boolean) {
  return { path: PATH, mode: "0400", owner: user ? "rabbitmq:rabbitmq" : "root:root" }
}

function check({ cookie }: Want, { file, user, running }: Have): Drift[] {
  if (running && !holds(file, cookie)) return []
  const drift = (attribute: string, have: string, want: string): Drift => ({ attribute, have, want, risk: "none" })
  if (!holds(file, cookie)) {
    return [drift("Erlang cookie", file.type === "file" ? "another one" : file.type, "as in the inventory")]
  }
  const { mode, owner } = file as Extract<FileState, { type: "file" }>
  return [
    ...(mode === "0400" ? [] : [drift("Erlang cookie's mode", mode, "0400")]),
    // The package gives it to its user.
    ...(!user || owner === "rabbitmq:rabbitmq" ? [] : [drift("Erlang cookie's owner", owner, "rabbitmq:rabbitmq")]),
  ]
}

function holds(file: FileState, cookie: Secret): boolean {
  return file.type === "file" && file.sha256 === sha256(cookie.reveal())
}

/** Debian's package takes twenty capital letters for one that it made itself, and replaces it. Erlang takes a line's end as part of it. */
function usable(text: string): string {
  if (/^[\x21-\x7e]{1,255}$/.test(text) && !/^[A-Z]{20}$/.test(text)) return text
  const message = /^[A-Z]{20}$/.test(text)
    ? "rabbitmq.cookie is of twenty capital letters, which Debian's package replaces by one of its own"
    : "rabbitmq.cookie holds a space, or another character that an Erlang cookie cannot have"
  throw new HaopsError("E_INPUT", message, { hint: "Such as: printf haops-%s $(openssl rand -hex 16)" })
}
