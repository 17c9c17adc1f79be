/** As if the host had been installed anew, with the packages: nothing of the cluster is on its disk. */
export const ANEW = `systemctl kill -s KILL pacemaker corosync; systemctl stop pacemaker corosync pcsd haproxy
systemctl disable --quiet pacemaker corosync haproxy
rm -rf /etc/corosync/corosync.conf* /etc/corosync/authkey* /etc/pacemaker/authkey /var/lib/pcsd/* /var/lib/pacemaker/cib/*
rm -rf /var/lib/corosync/* /var/lib/haops /etc/haproxy/haproxy.cfg
systemctl reset-failed; systemctl start pcsd`
