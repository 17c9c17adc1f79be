import type { Evidence } from "../model/evidence.ts"

const SYSTEMD = /^systemd$/

/** The machine itself; its whole journal is taken besides, whatever is in it. */
export const evidence: Evidence = {
  files: ["/etc/os-release", "/etc/hosts"],
  says: {
    "host.txt": {
      program: "uname",
      script: `for line in 'uname -a' 'date' 'uptime' 'free -m' 'df -h' 'ip -o addr' 'ip route' 'ip -s link' 'ss -tln' 'ss -s' 'systemctl --no-pager --failed'; do
  echo "\\$ $line"; $line 2>&1; echo
done`,
    },
  },
  tells: [
    {
      by: SYSTEMD,
      line: /^(\S+)\.service: Main process exited, code=(\w+), status=(\S+)/,
      // What ends by itself and well is no news.
      kind: ([, , code, status]) => (code === "exited" && status === "0/SUCCESS" ? undefined : "failed"),
      words: ([, unit, code, status]) => `${unit} ended: ${code} ${status}`,
    },
    {
      by: SYSTEMD,
      line: /^(\S+)\.service: Failed with result '(.*?)'/,
      kind: "failed",
      words: ([, unit, result]) => `${unit} failed: ${result}`,
    },
    { by: SYSTEMD, line: /^systemd \S+ running in system mode/, kind: "back", words: () => "booted" },
    {
      by: /^systemd-logind$/,
      line: /(System is (?:rebooting|powering down|halting|powering off))/i,
      kind: "left",
      words: ([, said]) => said!.toLowerCase(),
    },
    {
      by: /^kernel$/,
      line: /Out of memory: Killed process \d+ \((.*?)\)/,
      kind: "failed",
      words: ([, program]) => `out of memory: ${program} killed`,
    },
    {
      by: /^kernel$/,
      line: /(\S+): (?:NIC Link is|Link is|link is|link) ([Dd]own|[Uu]p)\b/,
      kind: ([, , state]) => (/down/i.test(state!) ? "failed" : "back"),
      words: ([, nic, state]) => `${nic}: link ${state!.toLowerCase()}`,
    },
    { by: /^haops$/, line: /^(?:haops )?(.*?)(?: \(run .*)?$/, kind: "done", words: ([, said]) => `haops: ${said}` },
  ],
}
