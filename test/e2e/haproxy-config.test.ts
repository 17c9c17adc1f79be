import { execFile as callback } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { get } from "node:http"
import { promisify } from "node:util"
import { describe, expect } from "vitest"
import { parse } from "yaml"
import { quoteAll } from "../../src/base/sh.ts"
import { HAPROXY_CONFIG } from "../../src/haproxy/config/render.ts"
import { reloadHaproxy } from "../../src/haproxy/node/reload.ts"
import { stateKeeper } from "../../src/haproxy/node/server-state.ts"
import { STATE_KEEPER } from "../../src/haproxy/node/state-files.ts"
import { PRESET_NAMES } from "../../src/haproxy/presets/index.ts"
import { haproxyAsk } from "../../src/haproxy/runtime/ask-script.ts"
import { roundTrip } from "../unit/haproxy/import/support.ts"
import { LINES, render, renderLines, renderWord, type Setting, THREE, WORDS } from "../unit/haproxy/support.ts"
import { nodeTest } from "./harness/lab-test.ts"
import { docker, sh, startLoneNode } from "./harness/lone-node.ts"
import { startProber } from "./harness/prober.ts"

const execFile = promisify(callback)

const RELEASES = [
  { release: "bullseye", version: "2.2" },
  { release: "bookworm", version: "2.6" },
  { release: "trixie", version: "3.0" },
] as const

/** Every character that haproxy's own syntax gives a meaning. */
const PASSWORD = `a b\\c#d"e'f$HOME%\\n:g`

const configs = { ...seedConfigs(), ...importedConfigs(), ...presetConfigs(), ...lineConfigs(), ...wordConfigs() }

/** `checked` is what its haproxy says of each of `configs`. */
function haproxyTest(release: string) {
  const start = () => startLoneNode("controller1", `haops-prepared:${release}`)
  return nodeTest(start, (node) => {
    sh(node, "until systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do sleep 0.2; done")
    sh(node, "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=web -keyout /root/k -out /root/c 2>/dev/null")
    sh(node, "cat /root/c /root/k >/etc/haproxy/web.pem")
    sh(
      node,
      `cat >${STATE_KEEPER} && sh ${STATE_KEEPER} rest && sh ${STATE_KEEPER} unit && systemctl daemon-reload`,
      stateKeeper(SOCKET),
    )
  }).extend("checked", { scope: "file" }, async ({ node }) => {
    const results = check(node, Object.values(configs))
    return new Map(Object.keys(configs).map((name, index) => [name, results[index]]))
  })
}

const HAPROXIES = RELEASES.map(({ release, version }) => ({ version, test: haproxyTest(release) }))

describe.each(HAPROXIES)("haproxy $version", ({ version, test }) => {
  test("reloads without a request to a server that hangs, and forgets no drain, whoever reloads it", async ({
    node,
  }) => {
    install(node, render({ ...THREE, vips: { vip: "127.0.0.1" }, haproxy: oneHangs(`${address(node)}:8000`) }))
    sh(node, 'systemctl start lab-responder; systemd-run --quiet python3 -c "$HANGS"'.replace("$HANGS", HANGS))
    sh(node, "systemctl restart haproxy")
    await stateOf(node, "web/hangs", "DOWN")
    sh(node, `${ASK}\nhaproxy_ask 'set server web/other state drain'`)
    const prober = startProber(`http://${address(node)}:8088/`, { everyMs: 10, timeoutMs: 5000 })
    for (let times = 0; times < 5; times++) {
      // The client of the requests goes on meanwhile.
      await execFile("docker", ["exec", node, "sh", "-c", times % 2 === 0 ? "systemctl reload haproxy" : OWN_RELOAD])
      await prober.sent((times + 1) * 40)
    }
    expect((await prober.stop()).failed).toBe(0)
    await stateOf(node, "web/hangs", "DOWN")
    await stateOf(node, "web/other", "DRAIN")
    // At any other start haproxy begins anew.
    sh(node, "systemctl restart haproxy")
    await stateOf(node, "web/other", "UP")
  })

  test("is the version that this release stands for", ({ node }) => {
    expect(sh(node, "haproxy -v")).toContain(`version ${version}.`)
  })

  test.for(Object.keys(configs))("accepts, without a warning: %s", (name, { checked }) => {
    expect(checked.get(name)).toEqual({ status: 0, complaints: [] })
  })

  test("refuses what is wrong, so that the check checks", ({ node }) => {
    const galera = configs["preset galera"]!
    const wrong = [galera.replace("balance source", "balance sauce"), `${galera}\nbackend x\n  option httplog\n`]
    const [refused, warned] = check(node, wrong)
    expect(refused).toMatchObject({ status: 1 })
    expect(warned?.complaints).not.toEqual([])
  })

  test("runs under its packaged unit, reloads, logs to the journal and asks for the stats page's password", async ({
    node,
  }) => {
    install(node, render({ ...THREE, vips: { vip: "127.0.0.1" }, haproxy: SERVED }))
    sh(node, "systemctl restart haproxy")
    const url = `http://${address(node)}:1080/`
    expect(await statusOf(url)).toBe(401)
    expect(await statusOf(url, `admin:${PASSWORD}`)).toBe(200)
    const master = sh(node, "systemctl show -p MainPID --value haproxy")
    sh(node, "systemctl reload haproxy")
    expect(await statusOf(url, `admin:${PASSWORD}`)).toBe(200)
    expect(sh(node, "systemctl show -p MainPID --value haproxy")).toBe(master)
    expect(sh(node, "systemctl is-active haproxy").trim()).toBe("active")
    expect(sh(node, "stat -c '%a %U' /var/lib/haproxy/stats").trim()).toBe("600 root")
    await logged(node, "Server web/a is DOWN")
    expect(sh(node, "journalctl -u haproxy -o cat").includes(PASSWORD)).toBe(false)
  })
})

/** It accepts every connection and answers none. */
const HANGS = "import socket, time; s = socket.create_server(('127.0.0.1', 8001), backlog=4096); time.sleep(1e6)"

function oneHangs(responder: string) {
  const backends = { answers: responder, other: responder, hangs: "127.0.0.1:8001" }
  const check = { type: "http", interval: "1s", fall: 2 }
  return { services: [{ name: "web", port: 8088, bind: "*", mode: "http", backends, check }] }
}

const SOCKET = "/var/lib/haproxy/stats"
const ASK = haproxyAsk(SOCKET)
const [RELOAD] = reloadHaproxy([HAPROXY_CONFIG.path])
const OWN_RELOAD = RELOAD?.type === "run" ? quoteAll(RELOAD.argv as string[]) : ""

/** Waits on the node until haproxy says this of a server. */
async function stateOf(node: string, server: string, state: string): Promise<void> {
  const [backend, name] = server.split("/")
  const shown = `haproxy_ask 'show stat' | awk -F, '$1 == "${backend}" && $2 == "${name}" { print $18 }'`
  sh(node, `${ASK}\nfor try in $(seq 100); do case $(${shown}) in "${state}"*) exit ;; esac; sleep 0.2; done; exit 1`)
}

const SERVED = {
  stats: { password: PASSWORD },
  services: [{ name: "web", port: 8088, backends: { a: "127.0.0.1:9" }, check: { interval: "100ms" } }],
}

/** A connection of its own each time: a reload closes those that are idle. */
async function statusOf(url: string, auth?: string): Promise<number | undefined> {
  const [response] = await once(get(url, { agent: false, ...(auth === undefined ? {} : { auth }) }), "response")
  response.destroy()
  return response.statusCode
}

/** Waits on the node for a line of haproxy's journal. */
async function logged(node: string, text: string): Promise<void> {
  sh(node, `timeout 20 sh -c 'until journalctl -u haproxy -o cat | grep -q "${text}"; do sleep 0.2; done'`)
}

function install(node: string, config: string): void {
  const { path, mode, owner } = HAPROXY_CONFIG
  sh(node, `cat >${path} && chown ${owner} ${path} && chmod ${mode} ${path} && haproxy -c -q -f ${path}`, config)
}

interface Checked {
  status: number
  complaints: string[]
}

/** Exit codes and complaints of `haproxy -c`, all in one go. */
function check(node: string, texts: readonly string[]): Checked[] {
  const script = `while read -r text; do
printf %s "$text" | base64 -d >/tmp/check.cfg
haproxy -c -f /tmp/check.cfg 2>&1 </dev/null; echo "exit $?"
done`
  const said = sh(node, script, texts.map((text) => `${Buffer.from(text).toString("base64")}\n`).join(""))
  return [...said.matchAll(/(.*?)^exit (\d+)\n/gms)].map(([, lines = "", status]) => ({
    status: Number(status),
    complaints: lines.split("\n").filter((line) => /\[(WARNING|ALERT)\]/.test(line)),
  }))
}

function seedConfigs(): Record<string, string> {
  const directory = new URL("../cases/haproxy/", import.meta.url)
  const files = readdirSync(directory).filter((file) => /^seed-.*\.yaml$/.test(file))
  return Object.fromEntries(
    files.map((file) => {
      const setting: Setting = parse(readFileSync(new URL(file, directory), "utf8"))
      return [file, render(setting, setting.loadbalancers === undefined ? "controllers" : "loadbalancers")]
    }),
  )
}

/** Each seed's own file, imported and rendered back. */
function importedConfigs(): Record<string, string> {
  const directory = new URL("../cases/haproxy/", import.meta.url)
  const files = readdirSync(directory).filter((file) => /^seed-.*\.cfg$/.test(file))
  return Object.fromEntries(
    files.map((file) => [`${file}, imported`, roundTrip(readFileSync(new URL(file, directory), "utf8")).config]),
  )
}

function presetConfigs(): Record<string, string> {
  const stats = { port: 32700, password: PASSWORD, admin: true, realm: "Who are you?" }
  return Object.fromEntries(
    PRESET_NAMES.map((preset) => [
      `preset ${preset}`,
      render({ ...THREE, haproxy: { stats, services: [{ preset }] } }),
    ]),
  )
}

function lineConfigs(): Record<string, string> {
  return Object.fromEntries(LINES.map((one) => [one.says, renderLines(one)]))
}

function wordConfigs(): Record<string, string> {
  return Object.fromEntries(WORDS.map((one) => [one.word, renderWord(one)]))
}

function address(node: string): string {
  return docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", node).trim()
}
