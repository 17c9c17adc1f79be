#!/bin/sh
# The floor that haops is measured against: the same job by plain parallel ssh, written by hand for these three nodes, without a
# plan, a check or an error message. It seeds dc-deadtime, and kills the distribution's own pacemaker in its first election, as
# whoever knows these tricks would: together they save 35 s.
#
# floor.sh up|check DIRECTORY VIP ADDRESS1 ADDRESS2 ADDRESS3      DIRECTORY holds id_ed25519, known_hosts, hacluster, haproxy.cfg
set -eu
verb=$1 directory=$2 vip=$3
shift 3
first=$1
password=$(cat "$directory/hacluster")

# on ADDRESS: runs the script on standard input there.
on() {
  ssh -F none -i "$directory/id_ed25519" -o "UserKnownHostsFile=$directory/known_hosts" -o BatchMode=yes \
    -o IdentitiesOnly=yes "root@$1" sh -s
}

# on_all SCRIPT ADDRESS...: at the same time; fails if one fails.
on_all() {
  script=$1
  shift
  pids=
  for address in "$@"; do
    printf '%s\n' "$script" | on "$address" &
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid"; done
}

up() {
  on_all "set -e
    dpkg -s pacemaker pacemaker-cli-utils pcs corosync resource-agents haproxy >/dev/null 2>&1 ||
      apt-get install -qqy --no-install-recommends pacemaker pacemaker-cli-utils pcs corosync resource-agents haproxy
    printf '$1 controller1\n$2 controller2\n$3 controller3\n' >>/etc/hosts
    printf 'net.ipv4.ip_nonlocal_bind = 1\nnet.ipv4.ip_forward = 1\n' >/etc/sysctl.d/99-floor.conf
    sysctl -q -p /etc/sysctl.d/99-floor.conf
    systemctl stop --no-block pacemaker
    systemctl kill --signal=KILL pacemaker
    systemctl -q disable --now haproxy corosync pacemaker
    rm -rf /dev/shm/qb-*
    rm -f /etc/corosync/corosync.conf /var/lib/pacemaker/cib/*
    echo 'hacluster:$password' | chpasswd
    systemctl -q enable --now pcsd
    cat >/etc/haproxy/haproxy.cfg <<'END'
$(cat "$directory/haproxy.cfg")
END
    haproxy -c -q -f /etc/haproxy/haproxy.cfg" "$@"
  printf '%s\n' "set -e
    pcs host auth controller1 addr=$1 controller2 addr=$2 controller3 addr=$3 -u hacluster -p '$password' >/dev/null
    pcs cluster setup lab controller1 addr=$1 controller2 addr=$2 controller3 addr=$3 \
      totem token=1000 token_coefficient=100 >/dev/null 2>&1" | on "$first"
  on_all 'set -e
    cibadmin --empty >/tmp/cib.xml
    CIB_file=/tmp/cib.xml crm_attribute --type crm_config --name dc-deadtime --update 2s
    install -o hacluster -g haclient -m 600 /tmp/cib.xml /var/lib/pacemaker/cib/cib.xml
    systemctl -q enable --now corosync pacemaker' "$@"
  printf '%s\n' "set -e
    until crm_mon -1 --output-as=xml 2>/dev/null | grep -q 'with_quorum=\"true\"'; do sleep 0.1; done
    until [ \$(crm_mon -1 --output-as=xml | grep -c '<node .* online=\"true\"') = 3 ]; do sleep 0.1; done
    cibadmin --query >/tmp/before.xml && cp /tmp/before.xml /tmp/after.xml
    pcs -f /tmp/after.xml property set stonith-enabled=false cluster-recheck-interval=5min dc-deadtime=
    pcs -f /tmp/after.xml resource defaults update migration-threshold=1 2>/dev/null
    pcs -f /tmp/after.xml resource create vip ocf:heartbeat:IPaddr2 ip=$vip cidr_netmask=24 op monitor interval=30s
    pcs -f /tmp/after.xml resource create lb-haproxy systemd:haproxy op monitor interval=1s meta failure-timeout=30s clone
    pcs -f /tmp/after.xml constraint colocation add vip with lb-haproxy-clone
    pcs -f /tmp/after.xml constraint order lb-haproxy-clone then vip kind=Optional >/dev/null
    pcs cluster cib-push /tmp/after.xml diff-against=/tmp/before.xml >/dev/null" | on "$first"
  until curl --silent --fail --max-time 1 "http://$vip:8001/" >/dev/null; do sleep 0.1; done
}

# Is everything still as `up` left it? One connection a host.
check() {
  wanted=$(sha256sum <"$directory/haproxy.cfg")
  on_all "set -e
    dpkg -s pacemaker pacemaker-cli-utils pcs corosync resource-agents haproxy >/dev/null 2>&1
    grep -qx '$1 controller1' /etc/hosts && grep -qx '$2 controller2' /etc/hosts && grep -qx '$3 controller3' /etc/hosts
    [ \$(sysctl -n net.ipv4.ip_nonlocal_bind net.ipv4.ip_forward | tr -d '\n') = 11 ]
    grep -q nonlocal_bind /etc/sysctl.d/99-floor.conf
    systemctl -q is-active pcsd corosync pacemaker haproxy && systemctl -q is-enabled pcsd corosync pacemaker
    [ \"\$(sha256sum </etc/haproxy/haproxy.cfg)\" = '$wanted' ]
    haproxy -c -q -f /etc/haproxy/haproxy.cfg
    grep -q controller3 /var/lib/pcsd/known-hosts
    grep -q 'ring0_addr: $3' /etc/corosync/corosync.conf
    cibadmin --query | grep -c -e 'id=\"vip\"' -e 'id=\"lb-haproxy-clone\"' -e 'value=\"5min\"' >/dev/null
    crm_mon -1 | grep -q 'vip.*Started'" "$@"
  curl --silent --fail --max-time 1 "http://$vip:8001/" >/dev/null
}

"$verb" "$@"
