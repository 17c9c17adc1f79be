import type { Secret } from "../base/secret.ts"
import type { RunAction } from "../model/action.ts"
import { KEYS_DIRECTORY, OFFER, ROTATED } from "./state.ts"

const OFFERED = `mkdir -p /run/haops && : >${OFFER}`

/** What keystone-manage makes as well, in 3 s: 32 random bytes, as base64 for URLs. */
const FRESH = "head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\\n'"

/** The first keys of all: nobody else has any. The whole repository appears at once. */
export const MAKE_KEYS: RunAction = script(
  "make the first Fernet keys",
  `new=${KEYS_DIRECTORY}.haops
rm -rf "$new"; mkdir "$new"
for key in 0 1; do ${FRESH} >"$new/$key"; done
chown -R keystone:keystone "$new"; chmod 0700 "$new"
if [ -e ${KEYS_DIRECTORY} ]; then rmdir ${KEYS_DIRECTORY}; fi
mv "$new" ${KEYS_DIRECTORY}
${OFFERED}`,
)

/** Shown to haops by what asks next, for a quarter of an hour. */
export const OFFER_KEYS: RunAction = script("offer its Fernet keys to the others", OFFERED)

/**
 * The keys of another member, all of them. Each takes its place by rename, the newest first: the key that this host makes tokens by is
 * never one that others do not know. They come from beside the repository: Keystone opens whatever file is in it, whatever its name, and
 * answers 500 where it may not.
 */
export function takeKeys(offer: Secret): RunAction {
  return {
    ...script(
      "take over the Fernet keys",
      `new=${KEYS_DIRECTORY}.haops
rm -rf "$new"; mkdir "$new"
base64 -d | tar -x -f - -C "$new"
[ -s "$new/0" ] || { echo 'the keys that came are no repository' >&2; exit 1; }
chown keystone:keystone "$new"/*; chmod 0600 "$new"/*
install -d -o keystone -g keystone -m 0700 ${KEYS_DIRECTORY}
cd ${KEYS_DIRECTORY}
taken=" $(echo $(ls "$new")) "
for key in $(ls "$new" | sort -rn); do cmp -s "$new/$key" "$key" || mv -f "$new/$key" "$key"; done
for key in $(ls | grep -E '^[0-9]+$'); do case $taken in *" $key "*) ;; *) rm -f "$key" ;; esac; done
rm -rf "$new"`,
    ),
    stdin: offer,
  }
}

/** As keystone-manage rotates, without its 3 s: the staged key becomes the newest, a new one is staged, the oldest go. */
export function rotateKeys(most: number, run: string): RunAction {
  return script(
    `rotate the Fernet keys, of which ${most} stay`,
    `cd ${KEYS_DIRECTORY}
new=${KEYS_DIRECTORY}.haops
rm -rf "$new"; mkdir "$new"
newest=$(ls | grep -E '^[0-9]+$' | sort -n | tail -n 1)
${FRESH} >"$new/0"
chown keystone:keystone "$new/0"
ln 0 $((newest + 1))
mv -f "$new/0" 0
rmdir "$new"
while [ "$(ls | grep -cE '^[0-9]+$')" -gt ${most} ]; do rm "$(ls | grep -E '^[1-9][0-9]*$' | sort -n | head -n 1)"; done
${OFFERED}
printf '%s\\n' ${run} >${ROTATED}`,
  )
}

function script(label: string, body: string): RunAction {
  return { type: "run", argv: ["sh", "-c", `set -eu\numask 077\n${body}`, "haops-keystone"], label, timeoutMs: 60_000 }
}
