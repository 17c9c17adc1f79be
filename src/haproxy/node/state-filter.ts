/**
 * awk: `haproxy.cfg` and then the answer to `show servers state`, to what the next process may read of it. haproxy takes from its state file
 * what a configuration may have changed since: port, TLS and ports of checks always win over the file on disk (haproxy's issues 985, 2103,
 * 2401), and a server that was down and is checked no more would stay down for ever. So addresses, ports and TLS are those of the new
 * configuration, a server that moved or is not checked counts as up, and one that the new one does not have is left out. What an operator
 * asked for (drain, maintenance, a weight) stays. No single quote may stand in it.
 */
export const STATE_FILTER = `
FILENAME == ARGV[1] {
  sub(/#.*/, "")
  if ($1 ~ SECTION) {
    defaults = $1 == "defaults" ? (latest = "defaults " $2) : ""
    from = defaults != "" ? "" : ($3 == "from" ? "defaults " $4 : latest)
    check = checks[from]; tls = ends[from]
    if (defaults != "") { checks[defaults] = 0; ends[defaults] = 0 }
    proxy = $1 == "listen" || $1 == "backend" ? $2 : ""
  } else if ($1 == "default-server") {
    words(2); check = c; tls = t
    if (defaults != "") { checks[defaults] = c; ends[defaults] = t }
  } else if ($1 == "server" && proxy != "") {
    words(4); at[proxy " " $2] = $3
    checked[proxy " " $2] = c; ssl[proxy " " $2] = t; ports[proxy " " $2] = p
  }
  next
}
/^#/ { for (i = 2; i <= NF; i++) column[$i] = i - 1; print; next }
NF < 10 { if ($1 ~ /^[0-9]+$/) print; next }
{
  server = $column["be_name"] " " $column["srv_name"]
  if (!(server in at)) next
  host = at[server]; port = 0
  if (match(host, /:[+]?[0-9]+$/)) { port = substr(host, RSTART + 1); host = substr(host, 1, RSTART - 1) }
  sub(/^[+]/, "", port); sub(/^ipv[46]@/, "", host); gsub(/[][]/, "", host)
  name = "srv_fqdn" in column ? $column["srv_fqdn"] : "-"
  if (name != "-" && name != host) next
  moved = name == "-" && host != $column["srv_addr"]
  if ("srv_port" in column && $column["srv_port"] != port) moved = 1
  if (name == "-") set("srv_addr", host ~ /^[0-9a-fA-F:.]+$/ ? host : "-")
  if (moved || !checked[server]) set("srv_op_state", 2)
  if (moved) { set("srv_check_status", 1); set("srv_check_result", 0) }
  set("srv_port", port); set("srv_use_ssl", ssl[server] + 0)
  set("srv_check_port", checked[server] ? ports[server] + 0 : 0); set("srv_check_addr", "-")
  set("srv_agent_port", 0); set("srv_agent_addr", "-")
  print
}
BEGIN { SECTION = "^(global|defaults|listen|frontend|backend|peers|userlist|resolvers|mailers|cache|program|http-errors|ring|log-forward|log-profile|fcgi-app|crt-store|traces)$" }
function set(name, value) { if (name in column) $column[name] = value }
function words(i) {
  c = check; t = tls; p = 0
  for (; i <= NF; i++) {
    if ($i == "check" || $i == "track" || $i == "agent-check") c = 1
    else if ($i == "no-check") c = 0
    else if ($i == "ssl") t = 1
    else if ($i == "no-ssl") t = 0
    else if ($i == "port") p = $(i + 1)
  }
}`
