import { heldByPid, LOCK_WAIT_S, type PackageManager, PLAIN_SCRIPT } from "./manager.ts"
import { zypperOffers } from "./offers.ts"
import { rpm } from "./rpm.ts"

export const zypper: PackageManager = {
  database: rpm,
  argument: (name, version) => `${name}=${version}`,
  install: ({ downgrade }) => [
    `export ZYPP_LOCK_TIMEOUT=${LOCK_WAIT_S}\n${PLAIN_SCRIPT}`,
    "haops-install",
    ...["zypper", "--non-interactive", "--quiet", "install", "--no-recommends"],
    ...(downgrade ? ["--oldpackage"] : []),
  ],
  offers: zypperOffers,
  refresh: ["zypper", "--non-interactive", "--quiet", "refresh"],
  search: "zypper repos",
  release: (names) => `zypper removelock ${names.join(" ")}`,
  held: heldByPid(["/run/zypp.pid"]),
}
