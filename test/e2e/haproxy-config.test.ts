import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { get } from "node:http"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { HAPROXY_CONFIG } from "../../src/haproxy/config/render.ts"
import { PRESET_NAMES } from "../../src/haproxy/presets/index.ts"
import { roundTrip } from "../unit/haproxy/import/support.ts"
import { render, renderWord, type Setting, THREE, WORDS } from "../unit/haproxy/support.ts"
import { docker, removeLoneNode, sh, startLoneNode } from "./harness/lone-node.ts"

const RELEASES = [
  { release: "bullseye", version: "2.2" },
  { release: "bookworm", version: "2.6" },
  { release: "trixie", version: "3.0" },
] as const

/** Every character that haproxy's own syntax gives a meaning. */
const PASSWORD = `a b\\c#d"e'f$HOME%\\n:g`

const configs = { ...seedConfigs(), ...importedConfigs(), ...presetConfigs(), ...lineConfigs(), ...wordConfigs() }

describe.each(RELEASES)("haproxy $version", ({ release, version }) => {
  let node: string
  const checked = new Map<string, Checked>()

  beforeAll(() => {
    node = startLoneNode("controller1", `haops-prepared:${release}`)
    sh(node, "until systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'; do sleep 0.2; done")
    sh(node, "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=web -keyout /root/k -out /root/c 2>/dev/null")
    sh(node, "cat /root/c /root/k >/etc/haproxy/web.pem")
    const results = check(node, Object.values(configs))
    for (const [index, name] of Object.keys(configs).entries()) checked.set(name, results[index]!)
  })
  afterAll(() => removeLoneNode(node))

  it("is the version that this release stands for", () => {
    expect(sh(node, "haproxy -v")).toContain(`version ${version}.`)
  })

  it.each(Object.keys(configs))("accepts, without a warning: %s", (name) => {
    expect(checked.get(name)).toEqual({ status: 0, complaints: [] })
  })

  it("refuses what is wrong, so that the check checks", () => {
    const galera = configs["preset galera"]!
    const wrong = [galera.replace("balance source", "balance sauce"), `${galera}\nbackend x\n  option httplog\n`]
    const [refused, warned] = check(node, wrong)
    expect(refused).toMatchObject({ status: 1 })
    expect(warned?.complaints).not.toEqual([])
  })

  it("runs under its packaged unit, reloads, logs to the journal and asks for the stats page's password", async () => {
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
  const cases: { says: string; defaults?: object; service: object }[] = parse(
    readFileSync(new URL("../cases/haproxy/lines.yaml", import.meta.url), "utf8"),
  )
  return Object.fromEntries(
    cases.map(({ says, defaults = {}, service }) => [
      says,
      render({ ...THREE, haproxy: { defaults, services: [{ name: "web", port: 80, ...service }] } }),
    ]),
  )
}

function wordConfigs(): Record<string, string> {
  return Object.fromEntries(WORDS.map((one) => [one.word, renderWord(one)]))
}

function address(node: string): string {
  return docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", node).trim()
}
