import { reveal, type Secret } from "../../base/secret.ts"
import type { FileWant } from "../../host/file-drift.ts"
import { MANAGED } from "../../host/mark.ts"
import type { MemberWant } from "../want.ts"
import { SST_USER } from "./node-settings.ts"

export const CONFIG = "/etc/mysql/mariadb.conf.d/60-haops.cnf"

/** The server's file. Its own check of it: a name that it does not know would keep it from starting. */
export function configFile(want: MemberWant): FileWant {
  const { settings, provider } = want
  const lines = [
    ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
    ...sstLines(want),
    `wsrep_provider_options = "${Object.entries(provider)
      .map(([key, value]) => `${key}=${value}`)
      .join("; ")}"`,
  ]
  return { path: CONFIG, content: `${MANAGED}\n[mysqld]\n${lines.join("\n")}\n`, mode: "0640", owner: "root:mysql" }
}

/** Without a password the server's system user logs in as itself, over the socket. */
function sstLines({ sst: { method, password } }: MemberWant): string[] {
  if (method === "rsync") return []
  return [`wsrep_sst_auth = ${password === undefined ? "mysql:" : sstAuth(password)}`]
}

/** Whom a member logs in as that sends all its data to another one. */
export function sstAuth(password: Secret): string {
  return `${SST_USER}:${reveal(password)}`
}

/** `sed` expression that takes the password out, where the file is read. */
export const REDACT = `sed -E 's/^(wsrep_sst_auth = ${SST_USER}:).*/\\1[secret]/'`

export function redactConfig(content: string): string {
  return content.replaceAll(new RegExp(`^(wsrep_sst_auth = ${SST_USER}:).*$`, "gm"), "$1[secret]")
}

/** Checks the file `{}` by the node's own server, which says in a tenth of a second what it does not know. */
export const VALIDATE: readonly string[] = [
  "sh",
  "-c",
  'said=$(mariadbd --defaults-file="$1" --user=mysql --verbose --help 2>&1 >/dev/null) || { code=$?; printf "%s\\n" "$said" | grep -i error; exit "$code"; }',
  "haops-mariadb",
  "{}",
]
