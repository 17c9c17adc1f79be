import { copyFile, readFile } from "node:fs/promises"
import { join } from "node:path"
import { connect } from "node:tls"
import { describe, expect } from "vitest"
import type { Lab } from "./harness/lab.ts"
import { labTest } from "./harness/lab-test.ts"
import type { LabNode } from "./harness/node.ts"
import { until } from "./harness/until.ts"

const CASES = new URL("../cases/certificates/", import.meta.url)
const FILE = "/etc/haproxy/certificates/web.pem"

const test = labTest({ nodes: 1, prepared: true }, async (lab) => {
  await install(lab, "web")
  await inventory(lab)
}).extend("node", { scope: "file" }, async ({ lab }) => lab.nodes[0]!)

describe("TLS ends at haproxy", () => {
  test("with a certificate that root alone can read, put there by `up`; a second one does nothing", async ({
    node,
    must,
  }) => {
    await must("up", "--yes")
    expect(await shown(node)).toBe("web.example")
    expect((await node.must(`stat -c '%a %U:%G' ${FILE}`)).trim()).toBe("600 root:root")
    await must("plan")
  })

  test("and is renewed by a reload, which the plan tells by name and never by key", async ({
    lab,
    node,
    haops,
    must,
  }) => {
    const before = await master(node)
    await install(lab, "other")
    const plan = await haops("plan")
    expect(plan.code).toBe(2)
    expect(plan.stdout).toMatch(/CN=web\.example until .*CN=other\.example until/s)
    const key = (await readFile(new URL("other.key", CASES), "utf8")).split("\n")[1]!
    expect(plan.stdout + plan.stderr).not.toContain(key)
    await must("up", "--yes")
    expect(await shown(node)).toBe("other.example")
    expect(await master(node)).toBe(before)
  })

  test("and takes up a certificate that haproxy has not read, as after a run that was cut short", async ({
    node,
    haops,
    must,
  }) => {
    await node.must(`sleep 1; touch ${FILE}; chmod 644 ${FILE}`)
    const plan = await haops("plan")
    expect(plan.stdout).toContain(`${FILE} as loaded`)
    await must("up", "--yes")
    await must("plan")
  })

  test("and leaves the certificate that it serves alone where haproxy refuses the new one", async ({
    lab,
    node,
    haops,
  }) => {
    await node.must(`install -D -m 755 /dev/stdin /usr/local/sbin/haproxy <<'EOF'
#!/bin/sh
case "$*" in *"-f /dev/stdin"*) echo "this OpenSSL does not like it" >&2; exit 1 ;; esac
exec /usr/sbin/haproxy "$@"
EOF`)
    await install(lab, "web")
    const refused = await haops("up", "--yes")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("this OpenSSL does not like it")
    expect(await shown(node)).toBe("other.example")
    await node.must("rm /usr/local/sbin/haproxy")
  })

  test("with its log in a file, by rsyslog, whose other files are checked along with haops' own", async ({
    lab,
    node,
    must,
  }) => {
    await inventory(lab, { rsyslog: true })
    await node.must("mkdir -p /etc/rsyslog.d && echo 'module(load=\"imudp\")' >/etc/rsyslog.d/05-own.conf")
    await must("up", "--yes")
    expect(await node.must("rsyslogd -N1 2>&1 && ls /etc/logrotate.d")).not.toContain("haops")
    await fetchHere(node)
    await until(async () => (await node.exec("grep -c 'web~ .* 200 ' /var/log/haproxy.log")).code === 0, {
      what: "the request in the log",
    })
    await must("plan")
  })

  test("and a configuration that rsyslogd refuses touches nothing", async ({ lab, node, haops, must }) => {
    await inventory(lab, { rsyslog: { file: "/var/log/proxy/haproxy.log" } })
    const before = await rsyslog(node)
    await node.must("echo 'nonsense(' >/etc/rsyslog.d/90-own.conf")
    const refused = await haops("up", "--yes")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("90-own.conf")
    expect(await rsyslog(node)).toBe(before)
    await node.must("rm /etc/rsyslog.d/90-own.conf")
    await must("up", "--yes")
    expect(await node.must("logrotate -d /etc/logrotate.d/haops-haproxy 2>&1")).toContain("/var/log/proxy/haproxy.log")
    expect(await rsyslog(node)).not.toBe(before)
    await must("plan")
  })

  test("is rid of what the inventory wants no more, and of nothing else", async ({ lab, node, haops, must }) => {
    await node.must("echo mine >/etc/haproxy/certificates/mine.pem")
    await inventory(lab, {}, false)
    const plan = await haops("plan")
    expect(plan.stdout).toContain(FILE)
    await must("up", "--yes")
    expect((await node.must("ls /etc/haproxy/certificates; ls /etc/rsyslog.d")).split("\n")).toEqual(
      expect.arrayContaining(["mine.pem", "05-own.conf"]),
    )
    expect(await node.must("ls /etc/haproxy/certificates /etc/rsyslog.d /etc/logrotate.d")).not.toMatch(
      /web\.pem|haops/,
    )
    await must("plan")
  })
})

async function master(node: LabNode): Promise<string> {
  return await node.must("systemctl show -p MainPID --value haproxy")
}

async function rsyslog(node: LabNode): Promise<string> {
  return await node.must("cat /etc/rsyslog.d/*haops*; systemctl show -p MainPID rsyslog")
}

async function inventory(lab: Lab, haproxy: object = {}, ends: boolean = true): Promise<void> {
  const tls = { certificate: { file: "tls.crt" }, key: { file: "tls.key" }, alpn: ["h2", "http/1.1"] }
  const web = { name: "web", port: 8443, bind: lab.nodes[0]!.address, mode: "http", backendPort: 8000, check: "http" }
  const services = [{ ...web, options: ["httplog"], ...(ends ? { tls } : {}) }]
  await lab.inventory({ pacemaker: null, vips: null, haproxy: { services, ...haproxy } })
}

async function fetchHere(node: LabNode): Promise<void> {
  const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -connect ${node.address}:8443`
  await node.must(`until ${ask} 2>/dev/null | grep -q ' 200 '; do sleep 0.2; done`)
}

async function install(lab: Lab, name: string): Promise<void> {
  for (const end of ["crt", "key"]) await copyFile(new URL(`${name}.${end}`, CASES), join(lab.directory, `tls.${end}`))
}

/** The name on the certificate that a client is shown. */
async function shown(node: LabNode): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: node.address, port: 8443, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.destroy()
    })
    socket.once("error", reject)
  })
}
