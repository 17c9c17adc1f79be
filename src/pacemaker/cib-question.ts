import { shared } from "../host/shared.ts"

/**
 * Shared question: the CIB, or `exit` and cibadmin's exit code. The status section, most of it all, is left out:
 * `crm_mon` tells what is in it.
 */
export const CIB = shared(
  "cib",
  `if cib=$(timeout 20 cibadmin -Q); then
  cib=\${cib%%<status*}
  printf '%s</cib>\\n' "\${cib%%</cib>*}"
else
  echo "exit $?"
fi`,
)
