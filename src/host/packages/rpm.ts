import type { PackageDatabase } from "./manager.ts"

export const rpm: PackageDatabase = {
  name: "rpm",
  program: "rpm",
  key: "rpm",
  // On a broken database rpm calls every package "not installed" and says so on standard error alone.
  query: `said=$(rpm -q --qf '%{NAME} %{VERSION}-%{RELEASE}\\n' "$@" 2>&1) || :
  case $said in *error:*) printf '%s\\n' "$said" >&2; exit 1 ;; esac
  printf '%s\\n' "$said" | sed -n '/ is not installed$/d; /^[^ ]* [^ ]*$/s/^/rpm /p'`,
  words: 2,
  read: ([name = "", version = ""]) => ({ name, version }),
  audit: "rpm -q rpm >/dev/null 2>&1 || echo 'broken rpm cannot read its database'",
  repair: "rpm --rebuilddb",
}
