#!/bin/sh
# demo.sh [RELEASE]: from a fresh machine to a highly available cluster, for real: sets the machine up, starts three bare nodes,
# converges them by `haops up`, asks the service through the virtual address, and converges again. Ends non-zero if any of it fails.
set -eu
. "$(dirname "$0")/lib.sh"
cd "$root"
release=${1:-bookworm}
inventory=inventory/lab.yaml
url=http://172.30.99.100:8080/

heading() {
  printf '\n\033[1m%s\033[0m\n' "$*" >&2
}

haops() {
  say "\$ haops $*"
  ./dist/cli.cjs "$@"
}

# ask_vip: the name of the controller that answered.
ask_vip() {
  node -e 'fetch(process.argv[1], { signal: AbortSignal.timeout(5000) })
    .then(async (reply) => { if (!reply.ok) throw new Error(`HTTP ${reply.status}`); process.stdout.write(await reply.text()) })
    .catch((error) => { console.error(String(error.cause ?? error)); process.exitCode = 1 })' "$url"
}

heading "This machine"
sh docker/setup.sh "$release"

heading "Three bare nodes"
sh docker/lab.sh up --release "$release"

heading "The main job"
haops up --inventory "$inventory" --yes

heading "What it built"
haops status --inventory "$inventory"
for attempt in 1 2 3; do
  say "\$ curl $url"
  answered=$(ask_vip) || die "nothing answers at $url"
  printf '%s\n' "$answered"
done

heading "The same again"
started=$(date +%s%N)
haops up --inventory "$inventory" --yes
elapsed=$((($(date +%s%N) - started) / 1000000))
haops plan --inventory "$inventory" >/dev/null || die "a second run would still change something"
say "Nothing to do, seen in $elapsed ms."

heading "Yours now"
cat >&2 <<END
  sh docker/lab.sh ssh controller1        log in (try: pcs status)
  npx haops status -i $inventory
  sh docker/lab.sh down                   tear it down
END
