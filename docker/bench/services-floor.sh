#!/bin/sh
# The floor for a look at a cluster with all data services that is as it should be: what haops asks of each host, by plain parallel ssh,
# one connection a host, written by hand for inventory/openstack-services.yaml on these three nodes.
#
# services-floor.sh want|check DIRECTORY ADDRESS1 ADDRESS2 ADDRESS3      DIRECTORY holds id_ed25519, known_hosts and, once `want` has made
# it, what each host's files have to be
set -eu
verb=$1 directory=$2
shift 2

files="/etc/hosts /etc/haproxy/haproxy.cfg /etc/corosync/corosync.conf /etc/memcached.conf /etc/rabbitmq/rabbitmq.conf
/etc/rabbitmq/rabbitmq-env.conf /var/lib/rabbitmq/.erlang.cookie /etc/mysql/mariadb.conf.d/60-haops.cnf
/etc/systemd/system/haops-dbcheck.socket /etc/keystone/keystone.conf.d/60-haops.conf /etc/keystone/haops-uwsgi.ini
/etc/default/keystone /etc/keystone/fernet-keys/*"
packages="pacemaker pacemaker-cli-utils pcs corosync resource-agents haproxy mariadb-server galera-4 mariadb-backup socat
rabbitmq-server memcached keystone python3-memcache"
units="pcsd corosync pacemaker haproxy mariadb rabbitmq-server memcached keystone haops-dbcheck.socket"
booting="pcsd corosync pacemaker mariadb rabbitmq-server memcached keystone haops-dbcheck.socket"

# on ADDRESS: runs the script on standard input there.
on() {
  ssh -F none -i "$directory/id_ed25519" -o "UserKnownHostsFile=$directory/known_hosts" -o BatchMode=yes \
    -o IdentitiesOnly=yes "root@$1" sh -s
}

want() {
  for address in "$@"; do
    # shellcheck disable=SC2086,SC2116 # a list of words, on one line
    printf 'sha256sum %s\n' "$(echo $files)" | on "$address" >"$directory/wanted-$address"
  done
}

look() {
  # shellcheck disable=SC2086 # a list of words, on one line
  listed=$(echo $packages)
  cat <<END
set -e
dpkg -s $listed >/dev/null 2>&1
[ "\$(sysctl -n net.ipv4.ip_nonlocal_bind)" = 1 ]
systemctl -q is-active $units
systemctl -q is-enabled $booting
sha256sum --status --check <<'SUMS'
$(cat "$directory/wanted-$1")
SUMS
haproxy -c -q -f /etc/haproxy/haproxy.cfg
grep -q controller3 /var/lib/pcsd/known-hosts
cibadmin --query | grep -c -e 'id="public"' -e 'value="5min"' >/dev/null
crm_mon -1 | grep -q 'public.*Started'
END
  cat <<'END'
case $(ss -Htln) in *:11211*) ;; *) exit 1 ;; esac
tr '\0' ' ' </proc/"$(systemctl show -p MainPID --value memcached)"/cmdline | grep -q -e '-m 512 -c 4096'
# By release the versions of Keystone's tables are in the one or the other.
mariadb -NB --force >/tmp/galera 2>/dev/null <<'SQL' || :
select variable_name, variable_value from information_schema.global_status where variable_name like 'wsrep%';
select variable_name, global_value from information_schema.system_variables where variable_name like 'wsrep%' or variable_name like 'innodb%';
select count(*) from information_schema.processlist where host like '%:%';
select user, host, plugin, sha2(authentication_string, 256) from mysql.user;
select schema_name, default_character_set_name from information_schema.schemata;
select db, user, host from mysql.db;
select version_num from keystone.alembic_version;
select max(version) from keystone.migrate_version;
select e.id, s.type, e.interface, e.url, e.enabled from keystone.endpoint e join keystone.service s on s.id = e.service_id;
select u.id, p.password_hash from keystone.local_user u join keystone.password p on p.local_user_id = u.id;
SQL
grep -q 'WSREP_LOCAL_STATE_COMMENT.Synced' /tmp/galera
grep -q 'WSREP_CLUSTER_SIZE.3' /tmp/galera
grep -q 'identity.public' /tmp/galera
HOME=/var/lib/rabbitmq erl_call -sname "rabbit@$(hostname)" -e >/tmp/rabbitmq <<'ERL'
3=length(rabbit_mnesia:cluster_nodes(running)),[]=rabbit_node_monitor:partitions(),{rabbit_auth_backend_internal:list_users(),rabbit_auth_backend_internal:list_permissions(),rabbit_policy:list(),rabbit_vhost:list_names(),length(rabbit_amqqueue:list_names()),rabbit_alarm:get_alarms()}.
ERL
grep -q '^{ok, {' /tmp/rabbitmq
END
}

check() {
  pids=
  for address in "$@"; do
    look "$address" | on "$address" &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
}

"$verb" "$@"
