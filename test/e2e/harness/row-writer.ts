import type { LabNode } from "./node.ts"
import { until } from "./until.ts"

/** A client that writes as fast as it is let, and keeps what was acknowledged. `insert` prints the id of its row. */
export async function writeRows(node: LabNode, insert: string): Promise<void> {
  await node.write(
    "/root/writer.sh",
    `cd /root; : >acknowledged; : >refused\nwhile :; do ${insert} >>acknowledged 2>error || { date +%T >>refused; cat error >>refused; sleep 0.1; }; done\n`,
  )
  await node.must("systemd-run --quiet --unit=lab-writer sh /root/writer.sh")
  await until(async () => (await node.exec("test -s /root/acknowledged")).code === 0, { what: "the first row" })
}

/** Ends it. How many rows were acknowledged, which was the last, which of them are not in `table`, and what was said to those that were not. */
export async function endRows(node: LabNode, table: string) {
  const ids = (await node.must("systemctl stop lab-writer; cat /root/acknowledged"))
    .split("\n")
    .filter((id) => id !== "")
  // What was acknowledged elsewhere may still be on its way to this node.
  const lost = `{ echo "set session wsrep_sync_wait = 1;"; for id in $(cat /root/acknowledged); do echo "select $id where not exists (select 1 from ${table} where id = $id);"; done; } | mariadb -NB`
  return {
    acknowledged: ids.length,
    last: ids.at(-1) ?? "",
    lost: (await node.must(lost)).trim(),
    refused: await node.must("cat /root/refused"),
  }
}
