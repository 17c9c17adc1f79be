import { quoteAll } from "../base/sh.ts"
import { ADDRESSES } from "../host/network.ts"

/** Shell that prints `has-vip yes` where one of the addresses is on this host. */
export function vipsHeldScript(addresses: readonly string[]): string {
  return `addresses=${ADDRESSES}
for vip in ${quoteAll(addresses)}; do
  case $addresses in *" $vip/"*) echo 'has-vip yes'; break ;; esac
done`
}
