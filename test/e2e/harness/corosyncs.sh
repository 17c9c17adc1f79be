# In one container: corosync alone, many times over, each in a network namespace of its own. Sourced before each command; `cluster` is a
# letter, `number` tells its subnet.

# found NODES: addresses and links for 1 … NODES
found() {
  ip link add "sw$cluster" type bridge && ip link set "sw$cluster" up
  for i in $(seq "$1"); do
    ip netns add "$cluster$i"
    ip link add "v$cluster$i" type veth peer name eth0 netns "$cluster$i"
    ip link set "v$cluster$i" master "sw$cluster" up
    ip -n "$cluster$i" addr add "10.99.$number.$i/24" dev eth0
    ip -n "$cluster$i" link set eth0 up && ip -n "$cluster$i" link set lo up
    mkdir -p "/n/$cluster$i/run" "/n/$cluster$i/state"
  done
}

# conf DEVICE IDS…: as pcs writes it; DEVICE is none, ffsplit or lms. Without real-time priority, which a container has not.
conf() {
  device=$1; shift
  two_node= votes= list=
  case $device:$# in none:2) two_node='two_node: 1' ;; ffsplit:*) votes='votes: 1' ;; esac
  case $device in none) device= ;; *) device="device {
    model: net
    $votes
    timeout: 600000
    sync_timeout: 100
    net {
      algorithm: $device
      host: witness
    }
  }" ;; esac
  for i; do list="$list
  node {
    ring0_addr: 10.99.$number.$i
    name: n$i
    nodeid: $i
  }"; done
  for i; do
    mkdir -p "/n/$cluster$i"
    cat >"/n/$cluster$i/new" <<E
totem {
  version: 2
  cluster_name: lab
  transport: knet
  token: 1500
  token_coefficient: 0
  crypto_cipher: none
  crypto_hash: none
}
system {
  state_dir: /n/$cluster$i/state
  sched_rr: no
  move_to_root_cgroup: no
}
quorum {
  provider: corosync_votequorum
  $two_node
  $device
}
nodelist {$list
}
logging {
  to_syslog: no
  to_stderr: yes
}
E
    mv "/n/$cluster$i/new" "/n/$cluster$i/corosync.conf"
  done
}

on() { node=$1; shift; ip netns exec "$cluster$node" "$@"; }
votes() { on "$1" corosync-quorumtool -s || :; }
file() { cat "/n/$cluster$1/corosync.conf"; }
reload() { on 1 corosync-cfgtool -R; }

up() {
  for i; do
    ip netns exec "$cluster$i" unshare -m sh -c "mount --bind /n/$cluster$i/run /run
exec corosync -f -c /n/$cluster$i/corosync.conf" >"/n/$cluster$i/log" 2>&1 </dev/null &
    echo $! >"/n/$cluster$i/pid"
  done
}

# It has left for the others before it has ended, and one that starts meanwhile finds its lock taken.
down() {
  pid=$(cat "/n/$cluster$1/pid")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}

# crash IDS…: all at once, without a word to the others
crash() {
  pids=$(for i; do cat "/n/$cluster$i/pid"; done)
  # shellcheck disable=SC2086 # a list of words
  kill -s KILL $pids
  for pid in $pids; do while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done; done
}

# cast VOTE IDS…: what the device's daemon tells each member; the daemon itself is not there.
cast() {
  vote=$1; shift
  python3 -c '
import ctypes, re, subprocess, sys
class Ring(ctypes.Structure):
    _fields_ = [("nodeid", ctypes.c_uint32), ("seq", ctypes.c_uint64)]
libc, lib = ctypes.CDLL(None), ctypes.CDLL("libvotequorum.so.8")
for space in sys.argv[2:]:
    with open("/run/netns/" + space) as of:
        assert libc.setns(of.fileno(), 0x40000000) == 0
    said = subprocess.run(["corosync-quorumtool", "-s"], stdout=subprocess.PIPE, universal_newlines=True).stdout
    ring = [int(part, 16) for part in re.search(r"Ring ID:\s+([0-9a-f]+)\.([0-9a-f]+)", said).groups()]
    handle = ctypes.c_uint64()
    assert lib.votequorum_initialize(ctypes.byref(handle), None) == 1
    assert lib.votequorum_qdevice_register(handle, b"Qdevice") == 1
    assert lib.votequorum_qdevice_poll(handle, b"Qdevice", ctypes.c_uint(int(sys.argv[1])), Ring(*ring)) == 1
' "$vote" $(for i; do echo "$cluster$i"; done)
}
