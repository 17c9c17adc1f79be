import { quote } from "../base/sh.ts"
import type { Question } from "../model/probe.ts"
import type { NodeView } from "./node-view.ts"

/** A node's view with the nodes that refuse its pcs; undefined where it was not asked. */
export interface TokenView extends NodeView {
  refused?: ReadonlySet<string> | undefined
}

/**
 * Sends each node the request by which `pcs status pcsd` tells that it may command it (`remote/check_auth`, the token as a cookie), and prints
 * those that answer 401. In Python, which pcs 0.10 and later is written in: pcs itself takes ten times as long for it. Older ones are not
 * asked. No proxy is for the nodes; pcsd's certificates are its own, and pcs does not check them either.
 */
const PROGRAM = `import json, ssl, urllib.error, urllib.request
with open("/var/lib/pcsd/known-hosts") as file:
    hosts = json.load(file)["known_hosts"]
opener = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=ssl._create_unverified_context()))
for name, host in hosts.items():
    address, port = host["dest_list"][0]["addr"], host["dest_list"][0]["port"]
    url = "https://%s:%s/remote/check_auth" % ("[%s]" % address if ":" in address else address, port)
    try:
        opener.open(urllib.request.Request(url, headers={"Cookie": "token=" + host["token"]}), timeout=5)
    except urllib.error.HTTPError as error:
        if error.code == 401:
            print("refused", name)
    except OSError:
        pass`

const SCRIPT = `if command -v python3 >/dev/null 2>&1; then timeout 50 python3 -IB -c ${quote(PROGRAM)} 2>/dev/null || :; fi`

/** Has a member try the tokens that its pcs has for the others. */
export function tryTokens(have: NodeView): Question<TokenView> {
  return { script: SCRIPT, parse: ({ stdout }) => ({ ...have, refused: refusedIn(stdout) }) }
}

function refusedIn(stdout: string): ReadonlySet<string> {
  return new Set([...stdout.matchAll(/^refused (\S+)$/gm)].map(([, name = ""]) => name))
}
