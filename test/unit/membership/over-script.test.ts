import { spawnSync } from "node:child_process"
import { describe, expect, test } from "vitest"
import { OVER } from "../../../src/membership/over-script.ts"
import { settleScript, statusScript } from "../../../src/membership/wait-script.ts"
import { SHELLS, sandbox } from "../step-harness.ts"
import { recorded } from "./cluster.ts"

const RUNNING = recorded("crm-mon-3.0.xml").replace('role="Starting"', 'role="Started"')
const STOPPED = RUNNING.replace(
  /(<resource id="vip"[^>]*)role="Started"([^>]*)active="true"/,
  '$1role="Stopped"$2active="false"',
)
const AT = 1_800_000_000
const failure = (key: string, ago: number) =>
  `<failure op_key="${key}" node="controller1" exitstatus="not running" last-rc-change="@${AT - ago}"/>`
const failed = (xml: string, ...failures: string[]) =>
  xml.replace("</resources>", `</resources>\n<failures>\n${failures.join("\n")}\n</failures>`)

const IDLE = "echo Current cluster status:"
const BUSY = "echo ' * Resource action: vip start on controller1'"

interface Scene {
  xml: string
  simulate?: string
  /** failure-timeout by resource. */
  timeouts?: Record<string, string>
  shell?: string
}

/** Runs the wait by a clock that goes on four seconds with each look at its seconds; whether it ended early, and the seconds that it took. */
function wait({ xml, simulate = IDLE, timeouts = {}, shell = "sh" }: Scene) {
  const asked = Object.entries(timeouts).map(([id, value]) => `${id}) echo ${value} ;;`)
  using box = sandbox({
    crm_mon: `cat <<'END'\n${xml}\nEND`,
    crm_simulate: simulate,
    crm_resource: `case $2 in ${asked.join(" ")} *) exit 105 ;; esac`,
    sleep: "exit 0",
    date: `if [ "$1" = -d ]; then echo "\${2#@}"; exit; fi
n=$(cat "$CLOCK" 2>/dev/null || echo ${AT})
if [ "$1" = +%s%N ]; then echo "\${n}000000000"; exit; fi
echo $((n + 4)) >"$CLOCK"; echo "$n"`,
  })
  const script = statusScript({ online: ["controller1"], running: { vip: 1 }, clean: true })
  const env = { PATH: `${box.path}:${process.env.PATH}`, CLOCK: `${box.path}/clock` }
  const told = `${settleScript(script, 60, OVER)}\n[ "$(date +%s)" -ge "$end" ] && echo late || echo early; echo $(($(date +%s) - ${AT}))`
  const { stdout, stderr } = spawnSync(shell, ["-c", told], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  })
  const [ended, seconds] = stdout.trim().split("\n")
  return { ended, seconds: Number(seconds), stderr }
}

test.each(SHELLS)("a wait ends early in %s, without a word on standard error", (shell) => {
  expect(wait({ xml: failed(STOPPED, failure("vip_start_0", 1)), shell })).toMatchObject({ ended: "early", stderr: "" })
})

describe("the end of a wait for what cannot come", () => {
  const ends = wait

  test("a failed action that nothing has forgotten ends it within seconds", () => {
    const { ended, seconds } = ends({ xml: failed(STOPPED, failure("vip_start_0", 1)) })
    expect({ ended, quick: seconds < 30 }).toEqual({ ended: "early", quick: true })
    expect(ends({ xml: failed(RUNNING, failure("vip_monitor_30000", 900)) }).ended).toBe("early")
    // Pacemaker 2.1 prints an empty line for an option that is not set, and exits 0.
    expect(ends({ xml: failed(STOPPED, failure("vip_start_0", 1)), timeouts: { vip: "" } }).ended).toBe("early")
  })

  test("one that its failure-timeout has forgotten meanwhile is waited for, one that it has not is not", () => {
    const xml = failed(STOPPED, failure("vip_start_0", 1))
    expect(ends({ xml, timeouts: { vip: "30s" } }).ended).toBe("late")
    expect(ends({ xml, timeouts: { vip: "1min" } }).ended).toBe("late")
    expect(ends({ xml, timeouts: { vip: "5min" } }).ended).toBe("early")
    expect(ends({ xml, timeouts: { vip: "0" } }).ended).toBe("early")
    expect(ends({ xml, timeouts: { vip: "PT30S" } }).ended).toBe("late")
  })

  test("each resource by its own failure-timeout, a clone's copy by that of the clone", () => {
    const both = failed(STOPPED, failure("vip_start_0", 1), failure("web_1:0_start_0", 1))
    expect(ends({ xml: both, timeouts: { vip: "30s" } }).ended).toBe("early")
    expect(ends({ xml: both, timeouts: { vip: "30s", web_1: "10" } }).ended).toBe("late")
  })

  test.each<[string, Scene]>([
    ["it acts", { xml: failed(STOPPED, failure("vip_start_0", 1)), simulate: BUSY }],
    ["crm_simulate does not answer", { xml: failed(STOPPED, failure("vip_start_0", 1)), simulate: "exit 1" }],
    [
      "it elects",
      { xml: failed(STOPPED, failure("vip_start_0", 1)).replace(/<current_dc.*\/>/, '<current_dc present="false"/>') },
    ],
    [
      "a node joins",
      { xml: failed(STOPPED, failure("vip_start_0", 1)).replace(/(id="1" .*)pending="false"/, '$1pending="true"') },
    ],
    [
      "an operation is under way",
      {
        xml: failed(STOPPED.replace('role="Stopped"', 'role="Stopped" pending="Starting"'), failure("vip_start_0", 1)),
      },
    ],
    [
      "a node is still to come",
      { xml: failed(RUNNING, failure("x_start_0", 1)).replace(/(id="7" )online="true"/, '$1online="false"') },
    ],
  ])("while %s it is waited for", (_, scene) => {
    expect(ends(scene).ended).toBe("late")
  })

  test("an idle cluster without a failure ends it as well, but later", () => {
    const { ended, seconds } = ends({ xml: STOPPED })
    expect({ ended, patient: seconds > 14 }).toEqual({ ended: "early", patient: true })
  })

  test("what holds ends it at once", () => {
    expect(ends({ xml: RUNNING })).toMatchObject({ ended: "early", stderr: "" })
  })
})
