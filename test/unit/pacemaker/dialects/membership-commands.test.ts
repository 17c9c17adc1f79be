import { describe, expect, test } from "vitest"
import { reveal, Secret } from "../../../../src/base/secret.ts"
import { quoteAll } from "../../../../src/base/sh.ts"
import {
  type Invocation,
  MEMBERSHIP,
  type MembershipCommands,
} from "../../../../src/pacemaker/dialects/membership-commands.ts"

const n1 = { name: "n1", address: "10.0.0.1", links: ["10.0.0.1", "10.0.1.1"] }
const n2 = { name: "n2", address: "10.0.0.2", links: ["10.0.0.2", "10.0.1.2"] }
const password = new Secret("s3cret")
const cluster = {
  name: "C",
  nodes: [n1, n2],
  transport: "knet" as const,
  totem: { token: "1000", token_coefficient: "100" },
  quorum: { wait_for_all: "1" },
}

const CASES: Record<keyof typeof MEMBERSHIP, Record<string, readonly string[]>> = {
  "pcs-0.9": {
    auth: ["pcs cluster auth n1 n2 -u hacluster"],
    setup: [
      "pcs cluster setup --name C n1,10.0.1.1 n2,10.0.1.2 --transport udpu --token 1000 --token_coefficient 100 --wait_for_all=1",
    ],
    deauth: [],
    removeDespite: ["pcs cluster node remove n2 --force"],
    addNode: ["pcs cluster auth n2 -u hacluster", "pcs cluster node add n2,10.0.1.2"],
    destroy: ["pcs cluster destroy"],
  },
  "pcs-0.10": { ...modern(), destroy: ["pcs cluster destroy"] },
  "pcs-0.11": { ...modern(), destroy: ["pcs cluster destroy --force"] },
  "pcs-0.12": { ...modern(), destroy: ["pcs cluster destroy --yes"] },
  crmsh: {
    auth: [],
    setup: [],
    // By files: its own joining and removing log in from node to node as root.
    sync: [],
    addNode: [],
    removeNode: [],
    removeDespite: [],
    destroy: [
      "systemctl stop pacemaker.service corosync.service",
      "find /var/lib/pacemaker/cib /var/lib/pacemaker/pengine -type f -delete",
      "rm -f -- /etc/pacemaker/authkey /etc/corosync/authkey",
      "rm -f -- /etc/corosync/corosync.conf",
    ],
    deauth: [],
  },
}

function modern(): Record<string, readonly string[]> {
  return {
    auth: ["pcs host auth n1 addr=10.0.0.1 n2 addr=10.0.0.2 -u hacluster"],
    deauth: ["pcs host deauth n1 n2"],
    removeDespite: ["pcs cluster node remove n2 --skip-offline --force"],
    setup: [
      "pcs cluster setup C n1 addr=10.0.0.1 addr=10.0.1.1 n2 addr=10.0.0.2 addr=10.0.1.2 transport knet " +
        "totem token=1000 token_coefficient=100 quorum wait_for_all=1",
    ],
    addNode: ["pcs host auth n2 addr=10.0.0.2 -u hacluster", "pcs cluster node add n2 addr=10.0.0.2 addr=10.0.1.2"],
    addWithSbd: [
      "pcs host auth n2 addr=10.0.0.2 -u hacluster",
      "pcs cluster node add n2 addr=10.0.0.2 addr=10.0.1.2 --no-watchdog-validation",
    ],
  }
}

const COMMON_PCS: Record<string, readonly string[]> = {
  sync: ["pcs cluster sync"],
  removeNode: ["pcs cluster node remove n2"],
}

const ASK: Record<string, (commands: MembershipCommands) => readonly Invocation[] | undefined> = {
  auth: (commands) => commands.auth([n1, n2], password),
  setup: (commands) => commands.setup(cluster),
  sync: (commands) => commands.sync(),
  addNode: (commands) => commands.addNode(n2, password),
  addWithSbd: (commands) => commands.addNode(n2, password, { sbd: true }),
  removeNode: (commands) => commands.removeNode("n2"),
  removeDespite: (commands) => commands.removeNode("n2", true),
  deauth: (commands) => commands.deauth(["n1", "n2"]),
  destroy: (commands) => commands.destroy(),
}

describe.each(Object.keys(CASES) as (keyof typeof MEMBERSHIP)[])("%s", (name) => {
  const commands: MembershipCommands = MEMBERSHIP[name]
  const expected = { ...(name === "crmsh" ? {} : COMMON_PCS), ...CASES[name] }

  test.each(Object.entries(expected))("spells %s", (what, lines) => {
    expect(ASK[what]?.(commands)?.map(({ argv }) => quoteAll(argv))).toEqual(lines)
  })

  test("never has the password in a command line, and ends it with a newline on standard input", () => {
    const all = Object.values(ASK).flatMap((ask) => ask(commands) ?? [])
    expect(JSON.stringify(all)).not.toContain("s3cret")
    const typed = all.flatMap(({ stdin }) => (stdin === undefined ? [] : [reveal(stdin)]))
    expect(new Set(typed)).toEqual(new Set(name === "crmsh" ? [] : ["s3cret\n"]))
  })

  test("never forces a setup: that would destroy a cluster that a node is in", () => {
    expect(commands.setup(cluster).flatMap(({ argv }) => argv)).not.toContain("--force")
  })
})

test("without totem and quorum options pcs is given none", () => {
  const [setup] = MEMBERSHIP["pcs-0.11"].setup({ ...cluster, totem: {}, quorum: {} })
  expect(setup?.argv.slice(-2)).toEqual(["transport", "knet"])
})
