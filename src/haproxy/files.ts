import { reveal } from "../base/secret.ts"
import { nodeFile } from "../host/file-drift.ts"
import type { NodeFile, NodeFiles } from "../model/node-file.ts"
import type { BindContext } from "../model/step.ts"
import { redactHaproxyConfig } from "./config/redact.ts"
import { CERTIFICATE_RECORD, recordText } from "./node/certificate-record.ts"
import { STATE_KEEPER_FILE, stateKeeper } from "./node/server-state.ts"
import { STATE_DROP_IN } from "./node/state-files.ts"
import { CERTIFICATE_ATTRIBUTES, certificateContent } from "./steps/haproxy-certificates.ts"
import { haproxyConfig, haproxyFile } from "./steps/haproxy-config.ts"
import { haproxyRsyslog, rotationFile, rsyslogFile } from "./steps/haproxy-rsyslog.ts"
import { unitFile } from "./steps/haproxy-source.ts"

export const files: NodeFiles = (context) => [
  ...unit(context),
  ...rsyslog(context),
  ...certificates(context),
  ...config(context),
  ...states(context),
]

function config(context: BindContext): NodeFile[] {
  const want = haproxyConfig.bind!(context)
  if (want === undefined) return []
  const { path, mode, owner } = haproxyFile("")
  return [
    {
      name: "haproxy",
      path,
      mode,
      owner,
      content: () => reveal(want.content),
      masked: redactHaproxyConfig,
      note: "servers stay in the order that the node has them in, where that means nothing",
    },
  ]
}

function states(context: BindContext): NodeFile[] {
  const { states, source } = { ...haproxyConfig.bind!(context), source: context.inventory.haproxy?.source }
  if (states === undefined) return []
  const keeper = { name: "states", ...STATE_KEEPER_FILE, content: () => stateKeeper(states.socket) }
  // The unit of a haproxy that haops builds says it itself.
  if (source !== undefined) return [keeper]
  const note = "it says the reload of the node's own haproxy.service again, with the states kept around it"
  return [keeper, { name: "states", path: STATE_DROP_IN, mode: "0644", owner: "root:root", note }]
}

function certificates({ inventory, host, secret }: BindContext): NodeFile[] {
  const found = (inventory.haproxy?.services ?? []).flatMap(({ name, on, bind: { tls } }): NodeFile[] => {
    if (on !== host.group || tls?.source === undefined) return []
    const { source, certificate: path } = tls
    const content = () => certificateContent(name, source, secret).reveal()
    return [{ name: "certificates", path, ...CERTIFICATE_ATTRIBUTES, content, masked: "whole" }]
  })
  if (found.length === 0) return []
  const names = found.map(({ path }) => path.slice(path.lastIndexOf("/") + 1))
  const note = "and what haops put there before"
  const record = { path: CERTIFICATE_RECORD, ...CERTIFICATE_ATTRIBUTES, content: () => recordText(names), note }
  return [{ name: "certificates", ...record }, ...found]
}

function rsyslog(context: BindContext): NodeFile[] {
  const want = haproxyRsyslog.bind!(context)
  if (want === undefined) return []
  const others = { module: false, ports: [] }
  const note = "without the module or the input that another file of the node's rsyslog has already"
  return [
    { ...nodeFile("rsyslog", rsyslogFile(want.rsyslog, { others })), note },
    { ...nodeFile("rsyslog", rotationFile(want.rsyslog)), note: "absent where another file rotates the log" },
  ]
}

function unit({ inventory: { haproxy }, host }: BindContext): NodeFile[] {
  if (haproxy?.source === undefined || !haproxy.on.includes(host.group)) return []
  return [nodeFile("source", unitFile(haproxy.source))]
}
