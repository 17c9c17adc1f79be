#!/bin/sh
# lab.sh up [--release RELEASE] [--nodes N] [--loadbalancers N] [--prepared]   start the lab of inventory/lab.yaml
# lab.sh status                                                                its nodes
# lab.sh ssh NAME [COMMAND...]                                                 log in to one
# lab.sh down                                                                  remove it, keys included
#
# Nodes are controller1.. at 172.30.99.11.. and lb1.. at 172.30.99.21.., with their key, their host keys (read through the
# engine, so verified from the first connection) and hacluster's password in docker/.lab/.
set -eu
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/engine.sh"

state=$root/docker/.lab
subnet=172.30.99
network=haops-lab

usage() {
  sed -n '2,5s/^# //p' "$0" >&2
  exit 64
}

up() {
  release=bookworm nodes=3 loadbalancers=0 image=haops-node
  while [ $# -gt 0 ]; do
    case $1 in
      --release) release=${2:?--release needs a value} && shift 2 ;;
      --nodes) nodes=${2:?--nodes needs a value} && shift 2 ;;
      --loadbalancers) loadbalancers=${2:?--loadbalancers needs a value} && shift 2 ;;
      --prepared) image=haops-prepared && shift ;;
      *) usage ;;
    esac
  done
  make_secrets
  docker network inspect "$network" >/dev/null 2>&1 ||
    quietly docker network create --subnet "$subnet.0/24" --label haops.lab=demo "$network"
  starting=
  start_group controller 10 "$nodes"
  start_group lb 20 "$loadbalancers"
  for start in $starting; do wait "$start"; done
  names | while read -r name; do wait_for_ssh "$name"; done
  names | while read -r name; do start_responder "$name"; done
  write_known_hosts
  status
}

make_secrets() {
  mkdir -p "$state"
  chmod 700 "$state"
  [ -f "$state/id_ed25519" ] || ssh-keygen -q -t ed25519 -N "" -C haops-lab -f "$state/id_ed25519"
  [ -f "$state/hacluster" ] || (umask 077 && od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$state/hacluster")
}

# start_group PREFIX OFFSET COUNT: in the background, all at once.
start_group() {
  number=1
  while [ "$number" -le "$3" ]; do
    start_node "$1$number" "$subnet.$(($2 + number))" &
    starting="$starting $!"
    number=$((number + 1))
  done
}

start_node() {
  if running=$(docker container inspect --format '{{.Config.Image}}' "haops-lab-$1" 2>/dev/null); then
    [ "$running" = "$image:$release" ] || die "$1 is there already, with $running: sh docker/lab.sh down"
    quietly docker start "haops-lab-$1"
    return 0
  fi
  say "Starting $1 at $2 ($image:$release)"
  # shellcheck disable=SC2046 # one word a line
  quietly docker run --detach --name "haops-lab-$1" --hostname "$1" --network "$network" --ip "$2" --label haops.lab=demo \
    --volume "$state/id_ed25519.pub:/etc/lab/authorized_keys:ro" $(node_options) "$image:$release"
}

# Names as the inventory has them, in its order.
names() {
  docker ps --all --filter label=haops.lab=demo --format '{{.Names}}' | sed 's/^haops-lab-//' | sort
}

address_of() {
  docker container inspect --format "{{(index .NetworkSettings.Networks \"$network\").IPAddress}}" "haops-lab-$1"
}

wait_for_ssh() {
  deadline=$(($(date +%s) + 60))
  until docker exec "haops-lab-$1" systemctl --quiet is-active ssh 2>/dev/null; do
    [ "$(date +%s)" -lt "$deadline" ] || die "$1 did not boot within 60 s: docker logs haops-lab-$1"
    sleep 0.1
  done
}

# What stands in for the services behind haproxy: the plain ports of the openstack preset, and 8000. Real
# nodes have the real ones.
service_ports="80 3306 5000 5672 6080 8000 8773 8774 8775 8776 8777 8778 9191 9292 9696 35357"
start_responder() {
  quietly docker exec "haops-lab-$1" sh -c "echo 'PORTS=\"$service_ports\"' >/etc/lab/responder && systemctl enable --now lab-responder"
}

write_known_hosts() {
  names | while read -r name; do
    address=$(address_of "$name")
    docker exec "haops-lab-$name" sh -c 'cat /etc/ssh/ssh_host_*_key.pub' | sed "s/^\([^ ]* [^ ]*\).*/$name,$address \1/"
  done >"$state/known_hosts"
}

status() {
  [ -n "$(names)" ] || die "the lab is not up: sh docker/lab.sh up"
  names | while read -r name; do
    printf '%-14s %-15s %s\n' "$name" "$(address_of "$name")" "$(docker ps --all --filter "name=^haops-lab-$name\$" --format '{{.Status}} {{.Image}}')"
  done
}

login() {
  [ $# -gt 0 ] || usage
  name=$1
  shift
  exec ssh -i "$state/id_ed25519" -o "UserKnownHostsFile=$state/known_hosts" -o IdentitiesOnly=yes \
    -o "HostKeyAlias=$name" "root@$(address_of "$name")" "$@"
}

down() {
  # shellcheck disable=SC2046 # a list of words
  if [ -n "$(names)" ]; then
    say "Removing" $(names)
    quietly docker rm --force --volumes $(names | sed 's/^/haops-lab-/')
  fi
  docker network inspect "$network" >/dev/null 2>&1 && quietly docker network rm "$network"
  rm -rf "$state"
}

[ $# -gt 0 ] || usage
verb=$1
shift
case $verb in
  up) up "$@" ;;
  down) down ;;
  status) status ;;
  ssh) login "$@" ;;
  *) usage ;;
esac
