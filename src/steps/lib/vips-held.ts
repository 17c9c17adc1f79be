import { quoteAll } from "../../sh.ts"

/** Shell that prints `holds yes` where one of the addresses is on this host. */
export function vipsHeldScript(addresses: readonly string[]): string {
  return `addresses=$(ip -o addr show 2>/dev/null)
for vip in ${quoteAll(addresses)}; do
  case $addresses in *" $vip/"*) echo 'holds yes'; break ;; esac
done`
}
