/**
 * Shell condition: each of these links is connected to at least so many others, as this member sees it. Corosync counts the connection
 * to itself, on the first link alone, as one as well.
 */
export function linksConnected(links: readonly number[], others: number): string {
  return `own=$(corosync-cmapctl -g runtime.votequorum.this_node_id 2>/dev/null | sed 's/.* = //')
up=$(corosync-cmapctl -m stats 2>/dev/null | grep -v "^stats\\.knet\\.node$own\\.")
for link in ${links.join(" ")}; do
  n=$(printf '%s\\n' "$up" | grep -c "\\.link$link\\.connected (u8) = 1$")
  [ "$n" -ge ${others} ] || { echo "link $link is connected to $n of ${others} others"; exit 1; }
done`
}
