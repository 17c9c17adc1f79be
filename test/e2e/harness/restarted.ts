/** Hosts in the order in which their daemons restarted, from the events of a run. */
export function restarted(stderr: string): readonly unknown[] {
  const events = stderr.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []))
  const ours = events.filter(({ type, action }) => type === "action-started" && action === "systemctl daemon-reload")
  return ours.map(({ host }) => host)
}
