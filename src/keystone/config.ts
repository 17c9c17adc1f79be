import { hostPort } from "../base/address.ts"
import { reveal, type Secret } from "../base/secret.ts"
import type { FileWant } from "../host/file-drift.ts"
import { MANAGED } from "../host/mark.ts"
import { KEYSTONE_PORT } from "./settings.ts"

export const PACKAGE_CONFIG = "/etc/keystone/keystone.conf"
/** Read after keystone.conf, which stays the package's. */
export const CONFIG_DIRECTORY = "/etc/keystone/keystone.conf.d"
export const KEYSTONE_CONFIG = `${CONFIG_DIRECTORY}/60-haops.conf`
export const UWSGI_CONFIG = "/etc/keystone/haops-uwsgi.ini"
/** The unit's own script reads it last. */
export const DEFAULTS = "/etc/default/keystone"

export interface ConfigWant {
  address: string
  publicUrl: string
  database: { name: string; user: string; password: Secret; address: string; port: number }
  /** `10.0.0.12:11211`; none: nothing is cached. */
  memcached: readonly string[]
  maxActiveKeys: number
}

/**
 * What Keystone reads when it starts. It has the host's own address, so that the VIP's port is haproxy's, and two processes: the
 * package's own takes all addresses, and 742 MB.
 */
export function configFiles(want: ConfigWant): readonly FileWant[] {
  return [
    { path: KEYSTONE_CONFIG, content: keystoneConfig(want), mode: "0640", owner: "root:keystone" },
    { path: UWSGI_CONFIG, content: uwsgiConfig(want), mode: "0644", owner: "root:root" },
    {
      path: DEFAULTS,
      content: `${MANAGED}\nDAEMON_ARGS="--ini ${UWSGI_CONFIG}"\n`,
      mode: "0644",
      owner: "root:root",
    },
  ]
}

/**
 * Seconds in which a statement is answered. Where the VIP moves under a connection nobody is left who could end it, and the driver by itself
 * waits without end: until the kernel gives up, a quarter of an hour later, such connections have taken up all threads.
 */
const ANSWER_S = 60

function keystoneConfig({ publicUrl, database, memcached, maxActiveKeys }: ConfigWant): string {
  const { name, user, password, address, port } = database
  const login = `${encodeURIComponent(user)}:${encodeURIComponent(reveal(password))}`
  // oslo.config takes $ for a variable, unless there are two.
  const options = `charset=utf8&read_timeout=${ANSWER_S}&write_timeout=${ANSWER_S}`
  const url = `mysql+pymysql://${login}@${hostPort(address, port)}/${name}?${options}`.replaceAll("$", "$$$$")
  const cache =
    memcached.length === 0
      ? "enabled = false"
      : `enabled = true\nbackend = dogpile.cache.memcached\nmemcache_servers = ${memcached.join(",")}`
  return `${MANAGED}
[DEFAULT]
public_endpoint = ${publicUrl}/
[database]
connection = ${url}
max_pool_size = 5
max_retries = -1
connection_recycle_time = 300
[cache]
${cache}
[token]
provider = fernet
[fernet_tokens]
max_active_keys = ${maxActiveKeys}
[oslo_middleware]
enable_proxy_headers_parsing = true
`
}

function uwsgiConfig({ address }: ConfigWant): string {
  return `${MANAGED}
[uwsgi]
http-socket = ${hostPort(address, KEYSTONE_PORT)}
plugins = python3
buffer-size = 65535
rem-header = Content-Length
master = true
thunder-lock = true
lazy-apps = true
paste-logger = true
no-orphans = true
die-on-term = true
enable-threads = true
processes = 2
threads = 4
listen = 100
logto = /var/log/keystone/keystone.log
name = keystone-api
chdir = /var/lib/keystone
wsgi-file = /usr/bin/keystone-wsgi-public
`
}

/** `sed` expression that takes the database's password out, where the file is read. */
export const REDACT = "sed -E 's#^(connection = [^:]*://[^:]*:)[^@]*@#\\1[secret]@#'"

export function redactConfig(content: string): string {
  return content.replaceAll(/^(connection = [^:]*:\/\/[^:]*:)[^@]*@/gm, "$1[secret]@")
}
