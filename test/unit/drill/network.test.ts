import { spawnSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { cutCorosync, silence, unblock } from "../../../src/drill/network.ts"
import { SHELLS, sandbox } from "../step-harness.ts"

/** iproute2 6.1 on a host without /etc/protocols: it takes numbers alone, and shows them in a form that it does not take. */
const NAMELESS_IP = `here=$(dirname "$0")
case $1 in -4|-6) family=$1; shift ;; *) family=-4 ;; esac
rules=$here/rules$family
case "$*" in
*"ipproto "[!0-9]*) echo 'Error: argument is wrong: Invalid "ipproto" value' >&2; exit 255 ;;
"rule add pref "*) shift 3; echo "$*" >>"$rules" ;;
"rule del pref "*)
  shift 3
  grep -qxF "$*" "$rules" || { echo "RTNETLINK answers: No such file or directory" >&2; exit 2; }
  grep -vxF "$*" "$rules" >"$rules.new" || :
  mv "$rules.new" "$rules" ;;
"rule show")
  printf '0:\\tfrom all lookup local\\n'
  sed 's/^\\([0-9]*\\) /\\1:\\tfrom all /; s/ipproto /ipproto ipproto-/' "$rules" ;;
*) exit 9 ;;
esac`

describe.each(SHELLS)("without nftables, iptables and /etc/protocols, in %s", (shell) => {
  function node() {
    const box = sandbox({
      ip: NAMELESS_IP,
      nft: "exit 1",
      iptables: "exit 1",
      ip6tables: "exit 1",
      ss: `echo 'UNCONN 0 0 10.0.0.1:5405 0.0.0.0:* users:(("corosync",pid=7,fd=29))'`,
      "corosync-cmapctl": "echo 'totem.transport (str) = knet'",
    })
    for (const family of ["-4", "-6"]) writeFileSync(join(box.path, `rules${family}`), "")
    const env = { PATH: `${box.path}:${process.env.PATH}`, SSH_CONNECTION: "10.0.0.9 40000 10.0.0.1 22" }
    return {
      [Symbol.dispose]: () => box[Symbol.dispose](),
      run: (script: string) => spawnSync(shell, ["-e"], { input: script, env, encoding: "utf8" }),
      rules: () => ["-4", "-6"].map((family) => readFileSync(join(box.path, `rules${family}`), "utf8")),
    }
  }

  test.each([
    ["a silent node", silence, "41 ipproto 6 sport 22 lookup main\n42 blackhole\n"],
    ["cut corosync", cutCorosync, "41 ipproto 17 dport 5405 blackhole\n"],
  ])("%s: its rules are made, and all of them go again", (_title, fault, rules) => {
    using one = node()
    expect(one.run(fault())).toMatchObject({ status: 0, stderr: "" })
    expect(one.rules()).toEqual([rules, rules])
    expect(one.run(unblock())).toMatchObject({ status: 0, stderr: "" })
    expect(one.rules()).toEqual(["", ""])
  })
})

test("nftables looks protocols up as well: none is named but those that are words of its own", () => {
  expect(silence()).not.toMatch(/l4proto [a-z]/)
  expect(silence()).toContain("meta l4proto 58 accept")
})
